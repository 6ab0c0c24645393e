import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type CompletionSettings } from '#config';
import { AppError, type Caller, type CreateCompletion, type Message } from '#contracts';
import { type AcceptMessage } from '#walk';
import { askedOf } from '../asked.js';
import { type Attendance } from './attendance.js';
import { messageOf, withHeaders } from './chat-request.js';

const PATH = '/v1/chat/completions';

/** A caller who waits for the answer of a message. */
export interface Visit {
  readonly message: Message;
  /** The message has ended, or goes on by itself. */
  stay(): void;
  /** The caller has gone; `begun`: with a part of the answer, so that no client library asks again. */
  leave(begun: boolean): void;
}

/** Accepts chat completions as the messages that they are. */
export class AcceptChat {
  constructor(
    private readonly accept: AcceptMessage,
    private readonly attendance: Attendance,
    private readonly settings: CompletionSettings,
  ) {}

  /** @throws AppError whatever accepting a message throws */
  async run(
    caller: Caller,
    given: CreateCompletion,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<Visit> {
    const body = withHeaders(given, request.headers);
    const { message, replayed } = await this.#message(caller, body, request);
    reply.header('x-message-id', message.id);
    if (replayed) reply.header('idempotency-replayed', 'true');
    this.attendance.begin(message, replayed);
    return {
      message,
      stay: () => this.attendance.end(message),
      leave: (begun) => {
        if (body.on_disconnect === 'continue') return this.attendance.end(message);
        this.attendance.desert(message, begun ? 0 : this.#graceFor(request));
      },
    };
  }

  /** What was cancelled because its caller had gone is done anew for the same caller. */
  async #message(caller: Caller, body: CreateCompletion, request: FastifyRequest) {
    const { max_wait: maxWaitMs } = this.settings.value;
    const wanted = messageOf(body, { keyName: caller.keyName, maxWaitMs });
    const asked = askedOf(request, PATH, body);
    const accepted = await this.accept.run(caller, wanted, asked);
    const { repeat } = asked;
    if (!accepted.replayed || accepted.message.status !== 'cancelled' || repeat.key !== null) return accepted;
    return this.accept.run(caller, wanted, { ...asked, repeat: { ...repeat, isRetry: false } });
  }

  /** Only client libraries that count their retries make any. */
  #graceFor({ headers }: FastifyRequest): number {
    return headers['x-stainless-retry-count'] === undefined ? 0 : this.settings.value.return_grace;
  }
}

/** How a message has failed, for whoever waited for it: its retries are used up. */
export function failureOf({ status, failure }: Message): AppError {
  const { code, message } = failure ?? { code: 'internal', message: `The message is ${status}` };
  return new AppError(code, message, { retryable: false });
}
