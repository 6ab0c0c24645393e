/**
 * The walk of a message, from its acceptance to its stored reply. `AcceptMessage` runs in the gateway and
 * `RunMessage` in a worker; between the two lies the schedule, which only knows the id. ARCHITECTURE.md draws it,
 * tests/walk.test.ts follows it.
 */
import { type Caller, type CreateMessage, type Message, newId } from '#contracts';
import { type Prompts } from '#conversations';
import { type MessageLedger } from '#ledger';
import { type Admission } from './admission.js';
import { type ClaimMessage } from './claim-message.js';
import { type AttemptState, type EndAttempt, type Outcome } from './end-attempt.js';
import { type Enqueuer } from './enqueuer.js';
import { type Generate } from './generate.js';
import { type OpenAttempt } from './open-attempt.js';
import { type QueuePosition, type QueueView } from './queue-view.js';

export interface Accepted {
  readonly message: Message;
  readonly queue: QueuePosition;
}

/** Accept: check everything, commit to the ledger, answer; the schedule hears of it a moment later. */
export class AcceptMessage {
  constructor(
    private readonly admission: Admission,
    private readonly view: QueueView,
    private readonly ledger: MessageLedger,
    private readonly enqueuer: Enqueuer,
  ) {}

  /**
   * When this resolves the message is on disk, whatever dies next.
   * @throws AppError content_too_long, queue_full, conversation_not_found, database_unavailable, …
   */
  async run(caller: Caller, request: CreateMessage, requestId: string): Promise<Accepted> {
    const row = this.admission.admit(caller, request, newId('msg'), requestId);
    const priority = request.priority ?? 'normal';
    this.view.requireRoom(priority);
    const queue = this.view.positionOf(priority);
    const createdAt = await this.admission.inTime(this.ledger.insert(row));
    this.view.noteAccepted(priority);
    this.enqueuer.offer({ id: row.id, priority, inConversation: row.conversation_id !== null });
    return { message: this.admission.asMessage(row, createdAt), queue };
  }
}

/** Run: claim the message, ask the provider with the conversation so far, stream, store. */
export class RunMessage {
  constructor(
    private readonly claim: ClaimMessage,
    private readonly attempts: OpenAttempt,
    private readonly prompts: Prompts,
    private readonly generate: Generate,
    private readonly end: EndAttempt,
  ) {}

  /** One attempt; answers what becomes of the job in the schedule. */
  async run(messageId: string): Promise<Outcome> {
    const claimed = await this.claim.run(messageId);
    if ('outcome' in claimed) return claimed.outcome;
    const { state, signal, close } = this.attempts.open(claimed);
    try {
      await state.writer.open(state.message.attempt > state.message.retryCount + 1 ? 'worker_lost' : 'retry');
      if (claimed.poison) return await this.end.bury(state, claimed.poison);
      signal.throwIfAborted();
      return await this.#reply(state, signal);
    } catch (error) {
      return await this.end.failed(state, error);
    } finally {
      close();
    }
  }

  async #reply(state: AttemptState, signal: AbortSignal): Promise<Outcome> {
    state.prompt = await this.prompts.of(state.message);
    const generated = await this.generate.run(state, signal);
    return this.end.succeeded(state, generated);
  }
}
