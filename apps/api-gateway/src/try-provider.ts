import { type Caller, type Message, type TestProvider } from '#contracts';
import { type MessageReader } from '#ledger';
import { type AcceptMessage, UNMARKED } from '#walk';
import { type ReplyFeed } from './reply-feed.js';

/** A question that costs little. */
const QUESTION = 'Answer with the word ok.';
const MOST_TOKENS = 256;
const USER = 'provider-test';

/** What a try came to. */
export interface Tried {
  readonly message: Message;
  /** Until the first word; undefined: there was none. */
  readonly firstTokenMs: number | undefined;
  readonly totalMs: number;
}

/** Asks a provider a small question, by the way that every message takes. */
export class TryProvider {
  constructor(
    private readonly accept: AcceptMessage,
    private readonly feed: ReplyFeed,
    private readonly reader: MessageReader,
  ) {}

  /**
   * The message as it is when it has ended, or when the time is over: then it is not started any more, and one that runs goes on.
   * @throws AppError provider_unknown, model_unknown, queue_full, …
   */
  async run(caller: Caller, provider: string, asked: TestProvider, requestId: string): Promise<Tried> {
    const { model, content = QUESTION, timeout } = asked;
    const request = {
      user_id: USER,
      content,
      provider,
      ...(model !== undefined && { model }),
      parameters: { max_tokens: MOST_TOKENS },
      priority: 'realtime' as const,
      max_retries: 0,
      ttl: timeout,
      timeout,
    };
    const startedAt = performance.now();
    const { message } = await this.accept.run(caller, request, { requestId, repeat: UNMARKED });
    const firstTokenMs = await this.#firstToken(message, startedAt, timeout);
    const ended = await this.reader.get(caller.tenantId, message.id);
    return { message: ended, firstTokenMs, totalMs: performance.now() - startedAt };
  }

  /** Reads until the end, or until the time is over. */
  async #firstToken({ tenantId, id }: Message, startedAt: number, timeoutMs: number) {
    const signal = AbortSignal.timeout(timeoutMs);
    let firstTokenMs: number | undefined;
    for await (const batch of (await this.feed.open(tenantId, id, 0, signal)) ?? []) {
      if ('silent' in batch) continue;
      if (batch.some(({ event }) => event.type === 'delta')) firstTokenMs ??= performance.now() - startedAt;
      if (batch.some(({ event }) => event.type === 'end')) break;
    }
    return firstTokenMs;
  }
}
