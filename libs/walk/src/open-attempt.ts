import { type StreamSettings } from '#config';
import { AppError, type Message } from '#contracts';
import { type Log, type Metrics, type Span } from '#observability';
import { type Providers } from '#providers';
import { type ReplyStreams } from '#streaming';
import { type Announce } from './announce.js';
import { type ClaimedMessage } from './claim-message.js';
import { type AttemptState } from './end-attempt.js';
import { tagsOf } from './finish.js';
import { type RunningMessages, type Stopped } from './running-messages.js';
import { NO_USAGE } from './usage.js';

/** What an answer has where nothing says how long it may be; roughly, since it is only for show. */
const USUAL_TOKENS = 500;
const CHARACTERS_PER_TOKEN = 4;

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
    private readonly announce: Announce,
    private readonly settings: StreamSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  open({ message, callId, signal, span }: ClaimedMessage): OpenedAttempt {
    const overtime = new AbortController();
    const timer = setTimeout(() => overtime.abort(timedOut(message)), message.timeoutMs);
    const stopTiming = this.metrics.run.startTimer({ priority: message.priority });
    this.#observeWait(message);
    const state = this.#state(message, callId, span);
    const progress = () => progressOf(state);
    this.running.measure(message.id, progress);
    const unfollow = this.announce.follow(message, progress);
    return {
      state,
      signal: AbortSignal.any([signal, overtime.signal]),
      close: () => {
        clearTimeout(timer);
        unfollow();
        stopTiming({ status: signal.aborted ? (signal.reason as Stopped).reason : 'ended' });
        this.running.end(message.id);
        span.end();
      },
    };
  }

  #state(message: Message, callId: string | null, span: Span): AttemptState {
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
      span,
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

/** How much of an answer as long as one is expected to be is there; one that is longer stays at the last percent. */
function progressOf({ writer, message, task }: AttemptState): number {
  const expected = task?.parameters.max_tokens ?? message.options?.parameters?.max_tokens ?? USUAL_TOKENS;
  return Math.min(99, Math.floor((100 * writer.text.length) / (expected * CHARACTERS_PER_TOKEN)));
}

function timedOut({ timeoutMs }: Message): AppError {
  return new AppError('provider_timeout', `The attempt took longer than ${timeoutMs} ms`);
}
