/**
 * The walk of a message, from its acceptance to its stored reply. `AcceptMessage` runs in the gateway and
 * `RunMessage` in a worker; between the two lies the schedule, which only knows the id. ARCHITECTURE.md draws it,
 * tests/walk.test.ts follows it.
 */
import { type Caller, type CreateMessage, type Message, newId } from '#contracts';
import { type Prompts } from '#conversations';
import { type Claim, type MessageLedger } from '#ledger';
import { type Admission } from './admission.js';
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
    private readonly ledger: MessageLedger,
    private readonly attempts: OpenAttempt,
    private readonly prompts: Prompts,
    private readonly generate: Generate,
    private readonly end: EndAttempt,
  ) {}

  /** One attempt; answers what becomes of the job in the schedule. */
  async run(messageId: string): Promise<Outcome> {
    const { workerId, leaseMs } = this.attempts;
    // Without Redis a lock may have run out, so that a job comes back to the worker that still runs it.
    if (this.attempts.runsHere(messageId)) return { againInMs: leaseMs };
    let claim: Claim;
    try {
      claim = await this.ledger.claim(messageId, workerId, leaseMs, this.attempts.plan());
    } catch (error) {
      return this.end.unclaimed(messageId, workerId, error);
    }
    if (!claim.claimed) return notOurs(claim);
    const { state, signal, poison, close } = this.attempts.open(claim);
    try {
      await state.writer.open(state.message.attempt > state.message.retryCount + 1 ? 'worker_lost' : 'retry');
      if (poison) return await this.end.bury(state, poison);
      signal.throwIfAborted();
      return await this.#reply(state, signal);
    } catch (error) {
      return await this.end.failed(state, error);
    } finally {
      close();
    }
  }

  async #reply(state: AttemptState, signal: AbortSignal): Promise<Outcome> {
    const { message, writer } = state;
    state.callId ??= await this.generate.writeDown(message);
    state.prompt = await this.prompts.of(message);
    const generated = await this.generate.run(message, state.callId, state.prompt, writer, signal);
    return this.end.succeeded(state, generated);
  }
}

/** Ended long ago, or another worker's: then the job comes back when that worker's lease is over. */
function notOurs(claim: Extract<Claim, { claimed: false }>): Outcome {
  switch (claim.status) {
    case 'processing':
      return { againInMs: claim.leaseMs + 100 };
    case 'pending':
    case 'queued':
    case 'retrying':
      return { againInMs: 1_000 };
    case 'unknown':
    case 'completed':
    case 'failed':
    case 'timeout':
    case 'cancelled':
      return 'done';
  }
}
