import { type QueueSettings, type StreamSettings } from '#config';
import { AppError, type Message, newId } from '#contracts';
import { type Claim, type PlannedCall } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type ActiveProvider } from '#providers';
import { type ReplyStreams } from '#streaming';
import { type AttemptState } from './end-attempt.js';
import { tagsOf } from './finish.js';
import { type RunningMessages, Stopped } from './running-messages.js';

type Claimed = Extract<Claim, { claimed: true }>;

/** An attempt under way. */
export interface OpenedAttempt {
  readonly state: AttemptState;
  /** Aborts with a Stopped, or with provider_timeout when the attempt takes too long. */
  readonly signal: AbortSignal;
  /** Set when the message has cost too many workers their lives: it must not run again. */
  readonly poison: AppError | undefined;
  readonly close: () => void;
}

/** Prepares what an attempt needs: its place in the reply stream, its time limit, and the means to stop it. */
export class OpenAttempt {
  /** Who owns what this process runs. */
  readonly workerId = crypto.randomUUID();

  constructor(
    private readonly streams: ReplyStreams,
    private readonly running: RunningMessages,
    private readonly active: ActiveProvider,
    private readonly queue: QueueSettings,
    private readonly stream: StreamSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  get leaseMs(): number {
    return this.queue.value.lock_duration;
  }

  runsHere(messageId: string): boolean {
    return this.running.has(messageId);
  }

  /** The call that an attempt starts with. */
  plan(): PlannedCall {
    const { name, model } = this.active.provider;
    const { max_worker_losses } = this.queue.value;
    return { id: newId('call'), provider: name, model, max_worker_losses };
  }

  open({ message, workerLosses, cancelRequested, callId }: Claimed): OpenedAttempt {
    const signal = this.running.start(message.id, message.attempt);
    if (cancelRequested) this.running.stop(message.id, 'cancelled');
    const overtime = new AbortController();
    const timer = setTimeout(() => overtime.abort(timedOut(message)), message.timeoutMs);
    const stopTiming = this.metrics.run.startTimer({ priority: message.priority });
    this.#observeWait(message);
    return {
      state: { ...this.#state(message), callId },
      signal: AbortSignal.any([signal, overtime.signal]),
      poison: this.#poison(workerLosses),
      close: () => {
        clearTimeout(timer);
        stopTiming({ status: signal.aborted ? (signal.reason as Stopped).reason : 'ended' });
        this.running.end(message.id);
      },
    };
  }

  #state(message: Message): AttemptState {
    const { name: provider, model } = this.active.provider;
    const writer = this.streams.writer(message.id, message.attempt, {
      coalesceMs: this.stream.value.coalesce,
      onFenced: () => this.running.stop(message.id, 'lock_lost'),
      onError: (err) => {
        this.metrics.streamFailures.inc({ operation: 'append' });
        this.log.warn({ err, ...tagsOf(message) }, 'the reply stream is away; its text is kept');
      },
    });
    return { message, writer, provider, model, prompt: [], callId: null };
  }

  #poison(workerLosses: number): AppError | undefined {
    if (workerLosses < this.queue.value.max_worker_losses) return undefined;
    return new AppError('worker_lost', `${workerLosses} workers died while they ran the message`);
  }

  #observeWait({ attempt, priority, createdAt, startedAt }: Message): void {
    if (attempt === 1 && startedAt)
      this.metrics.wait.observe({ priority }, (startedAt.getTime() - createdAt.getTime()) / 1_000);
  }
}

function timedOut({ timeoutMs }: Message): AppError {
  return new AppError('provider_timeout', `The attempt took longer than ${timeoutMs} ms`);
}
