import { type QueueSettings } from '#config';
import { AppError, type Message, newId } from '#contracts';
import { type Claim, type MessageLedger, type PlannedCall } from '#ledger';
import { type Log, type Span, type Tracing } from '#observability';
import { type Providers } from '#providers';
import { type ThisProcess } from '#runtime';
import { type Outcome } from './end-attempt.js';
import { type RunningMessages } from './running-messages.js';
import { untilStored } from './until-stored.js';

type Owned = Extract<Claim, { claimed: true }>;

/** A message that is now this worker's. */
export interface ClaimedMessage {
  readonly message: Message;
  /** The call that was written down with the claim; null when the message must end without one. */
  readonly callId: string | null;
  /** Aborts with a Stopped. */
  readonly signal: AbortSignal;
  readonly workerLosses: number;
  /** Set when it must end without a call: it has cost too many workers their lives, or came too late. */
  readonly refusal: AppError | undefined;
  /** What this attempt is in the trace of the message. */
  readonly span: Span;
}

/** Makes a message this worker's, or says what becomes of its job. */
export class ClaimMessage {
  constructor(
    private readonly ledger: MessageLedger,
    private readonly running: RunningMessages,
    private readonly providers: Providers,
    private readonly process: ThisProcess,
    private readonly settings: QueueSettings,
    private readonly tracing: Tracing,
    private readonly log: Log,
  ) {}

  async run(id: string, lane: string): Promise<ClaimedMessage | { readonly outcome: Outcome }> {
    const leaseMs = this.settings.value.lock_duration;
    // Without Redis a lock may have run out, so that a job comes back to the worker that still runs it.
    if (this.running.has(id)) return { outcome: { againInMs: leaseMs } };
    const signal = this.running.expect(id);
    try {
      const claim = await this.ledger.claim(id, this.process.id, leaseMs, this.#plan(lane));
      if (claim.claimed) return this.#own(claim, signal);
      this.running.end(id);
      return { outcome: claim.lane === undefined || claim.lane === lane ? notOurs(claim) : 'done' };
    } catch (error) {
      this.running.end(id);
      return { outcome: await this.#takeBack(id, error) };
    }
  }

  #own(claim: Owned, signal: AbortSignal): ClaimedMessage {
    const { message, workerLosses, cancelRequested, callId } = claim;
    this.running.own(message.id, message.attempt);
    if (cancelRequested) this.running.stop(message.id, 'cancelled');
    const span = this.#begin(message);
    return { message, callId, signal, workerLosses, refusal: this.#refusal(claim), span };
  }

  #begin({ id, attempt, lane, priority, createdAt, conversationId, options }: Message): Span {
    return this.tracing.start('process message', 'consumer', options?.traceparent, {
      'llmq.message.id': id,
      'llmq.message.attempt': attempt,
      'llmq.message.priority': priority,
      'llmq.message.age_ms': Math.max(0, Date.now() - createdAt.getTime()),
      'llmq.lane': lane,
      'gen_ai.conversation.id': conversationId ?? undefined,
    });
  }

  /** The call that the attempt starts with. */
  #plan(lane: string): PlannedCall {
    const { name, model } = this.providers.of(lane);
    const { max_worker_losses } = this.settings.value;
    return { id: newId('call'), provider: name, model, max_worker_losses };
  }

  /** A claim without an answer may have happened: unless it is taken back, the message waits for its lease. */
  async #takeBack(id: string, error: unknown): Promise<Outcome> {
    if (!(error instanceof AppError) || !error.retryable) throw error;
    await untilStored(() => this.ledger.unclaim(id, this.process.id), this.log);
    return 'put-back';
  }

  #refusal({ message, workerLosses, expired }: Owned): AppError | undefined {
    if (expired) return new AppError('expired', tooLate(message));
    if (workerLosses < this.settings.value.max_worker_losses) return undefined;
    return new AppError('worker_lost', `${workerLosses} workers died while they ran the message`);
  }
}

export function tooLate({ expiresAt }: Message): string {
  return `The message could not be started before ${expiresAt?.toISOString() ?? 'its time was over'}`;
}

/** Ended long ago, or another worker's: then the job comes back when that worker's lease is over. */
function notOurs(claim: Extract<Claim, { claimed: false }>): Outcome {
  switch (claim.status) {
    case 'processing':
      return { againInMs: claim.leaseMs + 100 };
    case 'pending':
    case 'scheduled':
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
