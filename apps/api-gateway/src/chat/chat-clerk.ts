import { createConversationMessageSchema, errorRow, type Failure, newId, toAppError } from '#contracts';
import { type Log, type Tracing } from '#observability';
import { validationError } from '#runtime';
import { type Socket } from '#sockets';
import { UNMARKED } from '#walk';
import { clientOf } from '../asked.js';
import { type Door } from '../door/door.js';
import { type Clerk, type Correspondent, type Outcome } from './chat-socket.js';
import { errorFrame, type SendReply } from './send-reply.js';
import { type SendToSession } from './send-to-session.js';

/** Takes the texts of sockets into their sessions, as every other message is taken, and brings the replies back. */
export class ChatClerk implements Clerk {
  constructor(
    private readonly door: Door,
    private readonly send: SendToSession,
    private readonly reply: SendReply,
    private readonly tracing: Tracing,
    private readonly log: Log,
  ) {}

  async accept(
    text: string,
    { caller, session, userId }: Correspondent,
    { address }: Socket,
  ): Promise<Outcome> {
    const span = this.tracing.start('receive text', 'server', undefined);
    try {
      await this.door.pass(caller, address);
      const checked = createConversationMessageSchema.safeParse({ content: text, user_id: userId });
      if (!checked.success) throw validationError(checked.error.issues);
      const asked = { requestId: newId('req'), repeat: UNMARKED, client: clientOf(address), span };
      const { message } = await this.send.run(caller, session, checked.data, asked);
      return { id: message.id };
    } catch (error) {
      span.fail(error);
      return { failure: this.#failureOf(error) };
    } finally {
      span.end();
    }
  }

  async answer(
    outcome: Outcome,
    { session: { tenantId }, getsReplies }: Correspondent,
    socket: Socket,
    signal: AbortSignal,
  ): Promise<void> {
    if ('failure' in outcome) return socket.send(errorFrame(outcome.failure));
    try {
      await this.reply.run(getsReplies ? socket : undefined, { tenantId, id: outcome.id }, signal);
    } catch (error) {
      const { code, message } = this.#failureOf(error);
      const where = `the answer goes on without you; read it at /api/v1/messages/${outcome.id}`;
      socket.send(errorFrame({ code, message: `${message}; ${where}` }));
    }
  }

  #failureOf(error: unknown): Failure {
    const { code, message } = toAppError(error);
    if (code !== 'internal') return { code, message };
    this.log.error({ err: error }, 'a text of a socket failed');
    return { code, message: errorRow(code).title };
  }
}
