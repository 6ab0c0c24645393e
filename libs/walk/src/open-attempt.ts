import { type StreamSettings } from '#config';
import { AppError, type Message } from '#contracts';
import { type Log, type Metrics } from '#observability';
import { type Providers } from '#providers';
import { type ReplyStreams } from '#streaming';
import { type ClaimedMessage } from './claim-message.js';
import { type AttemptState } from './end-attempt.js';
import { tagsOf } from './finish.js';
import { type RunningMessages, type Stopped } from './running-messages.js';
import { NO_USAGE } from './usage.js';

/** An attempt under way. */
export interface OpenedAttempt {
  readonly state: AttemptState;
  /** Aborts with a Stopped, or with provider_timeout when the attempt takes too long. */
  readonly signal: AbortSignal;
  readonly close: () => void;
}

/** Prepares what an attempt needs: its place in the reply stream, and its time limit. */
export class OpenAttempt {
  constructor(
    private readonly streams: ReplyStreams,
    private readonly running: RunningMessages,
    private readonly providers: Providers,
    private readonly settings: StreamSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  open({ message, callId, signal }: ClaimedMessage): OpenedAttempt {
    const overtime = new AbortController();
    const timer = setTimeout(() => overtime.abort(timedOut(message)), message.timeoutMs);
    const stopTiming = this.metrics.run.startTimer({ priority: message.priority });
    this.#observeWait(message);
    return {
      state: this.#state(message, callId),
      signal: AbortSignal.any([signal, overtime.signal]),
      close: () => {
        clearTimeout(timer);
        stopTiming({ status: signal.aborted ? (signal.reason as Stopped).reason : 'ended' });
        this.running.end(message.id);
      },
    };
  }

  #state(message: Message, callId: string | null): AttemptState {
    const { name: provider, model: usual } = this.providers.of(message.lane);
    const model = message.targets[message.target]?.model ?? usual;
    const writer = this.streams.writer(message.id, message.attempt, {
      coalesceMs: this.settings.value.coalesce,
      onFenced: () => this.running.stop(message.id, 'lock_lost', message.attempt),
      onError: (err) => {
        this.metrics.streamFailures.inc({ operation: 'append' });
        this.log.warn({ err, ...tagsOf(message) }, 'the reply stream is away; its text is kept');
      },
    });
    return {
      message,
      writer,
      provider,
      model,
      callId,
      called: false,
      heard: false,
      prompt: [],
      spent: NO_USAGE,
    };
  }

  #observeWait({ attempt, priority, createdAt, scheduledAt, startedAt }: Message): void {
    if (attempt !== 1 || !startedAt) return;
    const since = Math.max(createdAt.getTime(), scheduledAt?.getTime() ?? 0);
    this.metrics.wait.observe({ priority }, Math.max(0, startedAt.getTime() - since) / 1_000);
  }
}

function timedOut({ timeoutMs }: Message): AppError {
  return new AppError('provider_timeout', `The attempt took longer than ${timeoutMs} ms`);
}
