/**
 * The walk of a message, from its acceptance to its stored reply. `AcceptMessage` runs in the gateway and
 * `RunMessage` in a worker; between the two lies the schedule, which only knows the id. ARCHITECTURE.md draws it,
 * tests/walk.test.ts follows it.
 */
import {
  type Caller,
  type CreateMessage,
  type Message,
  newId,
  type ResetReason,
  type Usage,
} from '#contracts';
import { type Prompts } from '#conversations';
import { type NewMessageRow } from '#ledger';
import { type Span } from '#observability';
import { type Defaults, type Preprocess } from '#preprocessing';
import { type Admission } from './admission.js';
import { type AfterCommit } from './after-commit.js';
import { type Announce } from './announce.js';
import { type ClaimedMessage, type ClaimMessage } from './claim-message.js';
import { type CommitMessage } from './commit-message.js';
import { type AttemptState, type EndAttempt, type Outcome } from './end-attempt.js';
import { paidFor } from './generate.js';
import { type Idempotency, type RepeatMark } from './idempotency.js';
import { type OpenAttempt } from './open-attempt.js';
import { type QueuePlaces } from './queue-places.js';
import { type QueuePosition, type QueueView } from './queue-view.js';
import { type AskForResult } from './tasks/ask-for-result.js';
import { type Tasks } from './tasks/tasks.js';
import { plus } from './usage.js';

/** How a request came. */
export interface Asked {
  readonly requestId: string;
  readonly repeat: RepeatMark;
  /** A digest of the network that it came from. */
  readonly client?: string;
  /** What holds where nothing in the message decides. */
  readonly defaults?: Defaults;
  /** What it is in a trace. */
  readonly span?: Span;
}

export interface Accepted {
  readonly message: Message;
  /** Undefined: it does not wait, or nobody knows. */
  readonly queue: QueuePosition | undefined;
  /** It is the message of an earlier request, which this one repeats. */
  readonly replayed: boolean;
}

/** Accept: check everything, commit to the ledger, answer; the schedule hears of it a moment later. */
export class AcceptMessage {
  constructor(
    private readonly idempotency: Idempotency,
    private readonly preprocess: Preprocess,
    private readonly admission: Admission,
    private readonly view: QueueView,
    private readonly places: QueuePlaces,
    private readonly commit: CommitMessage,
    private readonly behind: AfterCommit,
  ) {}

  /**
   * When this resolves the message is on disk, whatever dies next.
   * @throws AppError content_too_long, queue_full, conversation_not_found, idempotency_mismatch, database_unavailable, …
   */
  async run(caller: Caller, request: CreateMessage, asked: Asked): Promise<Accepted> {
    const row = await this.prepare(caller, request, asked);
    const accepted = 'replayed' in row ? row : await this.insert(row);
    asked.span?.set({ 'llmq.message.id': accepted.message.id, 'llmq.message.replayed': accepted.replayed });
    return accepted;
  }

  /** Everything before the commit: the row to insert, or what an earlier request was answered with. */
  async prepare(caller: Caller, request: CreateMessage, asked: Asked): Promise<NewMessageRow | Accepted> {
    const { requestId, repeat, client, span } = asked;
    const earlier = await this.idempotency.find(caller.tenantId, repeat);
    if (earlier) return this.#replayed(earlier);
    const { priority, metadata } = await this.preprocess.run(caller, request, asked.defaults);
    const row = this.admission.admit(caller, request, {
      id: newId('msg'),
      priority,
      metadata,
      requestId,
      idempotencyKey: repeat.key,
      fingerprint: repeat.fingerprint,
      client,
      traceparent: span?.traceparent,
    });
    this.view.requireRoom({ lane: row.lane, priority });
    return row;
  }

  async insert(row: NewMessageRow): Promise<Accepted> {
    const inserted = await this.commit.run(row);
    if (inserted.isNew) return this.behind.run(row, inserted);
    const mark = { key: row.idempotency_key, fingerprint: row.fingerprint };
    return this.#replayed(await this.idempotency.answer(row.tenant_id, inserted, mark));
  }

  async #replayed(message: Message): Promise<Accepted> {
    return { message, queue: await this.places.of(message), replayed: true };
  }
}

/**
 * Told when the provider is not needed any more, before anything is stored; with the error that ended the call, if one did,
 * whether there was a call at all, and what was paid for, where that is known.
 */
export type OnCallEnd = (error: unknown, called: boolean, usage?: Usage) => void;

/** Run: claim the message, ask the cache or the provider with the conversation so far, stream, store. */
export class RunMessage {
  constructor(
    private readonly claim: ClaimMessage,
    private readonly attempts: OpenAttempt,
    private readonly tasks: Tasks,
    private readonly prompts: Prompts,
    private readonly results: AskForResult,
    private readonly end: EndAttempt,
    private readonly announce: Announce,
  ) {}

  /** One attempt; answers what becomes of the job in the schedule. */
  async run(messageId: string, lane: string, onCallEnd: OnCallEnd): Promise<Outcome> {
    const claimed = await this.claim.run(messageId, lane);
    if ('outcome' in claimed) return claimed.outcome;
    const { state, signal, close } = this.attempts.open(claimed);
    try {
      await state.writer.open(whyAgain(claimed));
      if (claimed.refusal) return await this.end.bury(state, claimed.refusal);
      signal.throwIfAborted();
      return await this.#reply(state, signal, onCallEnd);
    } catch (error) {
      const outcome = await this.end.failed(state, error);
      if (typeof outcome === 'object') this.announce.retrying(state.message);
      return outcome;
    } finally {
      close();
    }
  }

  async #reply(state: AttemptState, signal: AbortSignal, onCallEnd: OnCallEnd): Promise<Outcome> {
    state.task = this.tasks.of(state.message, state);
    state.prompt = await this.prompts.of(state.message, state.task);
    const answer = this.results.run(state, signal);
    answer.then(
      (generated) => onCallEnd(undefined, state.called, plus(state.spent, paidFor(generated))),
      (error: unknown) => onCallEnd(error, state.called),
    );
    return this.end.succeeded(state, await answer);
  }
}

function whyAgain({ message, workerLosses }: ClaimedMessage): ResetReason {
  const attempt = message.attempt - message.attemptsBefore;
  if (attempt === 1 && message.attemptsBefore > 0) return 'requeued';
  return workerLosses > 0 && attempt > message.retryCount + 1 ? 'worker_lost' : 'retry';
}
