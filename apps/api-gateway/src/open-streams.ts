import { type HttpSettings } from '#config';
import { AppError, type ErrorCode } from '#contracts';
import { type Metrics } from '#observability';

/** The reply streams that this process has open: bounded in number, and ended all together at shutdown. */
export class OpenStreams {
  readonly #open = new Set<AbortController>();
  #ended = false;

  constructor(
    private readonly settings: HttpSettings,
    private readonly metrics: Metrics,
  ) {}

  /** `resumed`: the reader has a part already. @throws AppError too_many_streams, draining */
  enter(resumed = false): AbortController {
    if (this.#ended) throw new AppError('draining', 'This process is shutting down; go on at another one');
    const max = this.settings.value.max_streams;
    if (this.#open.size >= max)
      throw new AppError('too_many_streams', `This process has its ${max} streams open; try again`, {
        retryAfterMs: 2_000,
      });
    const stream = new AbortController();
    this.#open.add(stream);
    this.metrics.streamsOpened.inc({ from: resumed ? 'cursor' : 'beginning' });
    this.metrics.openStreams.set(this.#open.size);
    return stream;
  }

  leave(stream: AbortController): void {
    this.#open.delete(stream);
    this.metrics.openStreams.set(this.#open.size);
  }

  /** From here, before the reply had ended. */
  broke(code: ErrorCode): void {
    this.metrics.streamsBroken.inc({ code });
  }

  /** Clients come back by themselves, to another process, and go on where they were. */
  endAll(): void {
    this.#ended = true;
    for (const stream of this.#open) stream.abort();
  }
}
