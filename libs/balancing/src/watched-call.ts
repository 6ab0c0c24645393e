import { AppError } from '#contracts';
import { type LimitsSeen, type Outcome } from './outcome.js';
import { type Pick } from './pick.js';

/** What a provider tells while it answers, as far as it matters here. */
export interface ToldEvent {
  readonly type: string;
  readonly limits?: LimitsSeen;
}

/** Learns from a call what its pick wants to know, and tells it in the end. */
export class WatchedCall {
  #tokens = 0;
  #firstAt = 0;
  #limits: LimitsSeen | undefined;

  constructor(
    private readonly pick: Pick,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Nothing of the answer has come yet, so that another endpoint may be asked instead. */
  get isSilent(): boolean {
    return this.#tokens === 0;
  }

  take({ type, limits }: ToldEvent): void {
    if (limits) this.#limits = limits;
    if (type === 'limits' || type === 'finish') return;
    if (this.isSilent) {
      this.#firstAt = this.now();
      this.pick.firstToken();
    }
    this.#tokens += 1;
  }

  succeeded(): void {
    this.#end({ result: 'ok' });
  }

  /**
   * `isStopped`: we have stopped it. That says nothing of the upstream, unless its time ran out before a word had come.
   */
  failed(error: unknown, isStopped: boolean): void {
    if (!(error instanceof AppError)) return this.#end({ result: 'stopped' });
    const isSlow = error.code === 'provider_timeout' && this.isSilent;
    if (isStopped && !isSlow) return this.#end({ result: 'stopped' });
    this.#end({ result: error.code, retryAfterMs: error.retryAfterMs });
  }

  /** Nobody listens any more; after an end it changes nothing. */
  left(): void {
    this.#end({ result: 'stopped' });
  }

  #end(outcome: Outcome): void {
    const gaps = this.#tokens - 1;
    const interTokenMs = gaps > 0 ? (this.now() - this.#firstAt) / gaps : undefined;
    this.pick.done({ ...outcome, interTokenMs, limits: this.#limits });
  }
}
