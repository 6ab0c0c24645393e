import { type TimeoutSpec } from '#catalog';
import { AppError } from '#contracts';

/** After a complete answer the rest of the body is waited for this long, so that the connection can be used again. */
const LINGER_MS = 1_000;

/** A longer timer would run out at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/**
 * When one call ends: as soon as its caller says so, its first token or the next one takes too long, or all of it does. The
 * reason of the abort is what the caller gets, whatever the broken connection throws.
 */
export class CallClock {
  readonly #abort = new AbortController();
  readonly #total: NodeJS.Timeout;
  #silence: NodeJS.Timeout;
  #linger: NodeJS.Timeout | undefined;

  constructor(
    private readonly timeouts: TimeoutSpec,
    private readonly caller: AbortSignal,
  ) {
    caller.addEventListener('abort', this.#forward, { once: true });
    if (caller.aborted) this.#forward();
    const { firstTokenMs, totalMs } = timeouts;
    this.#silence = this.#expire(firstTokenMs, `The provider did not answer within ${firstTokenMs} ms`);
    this.#total = this.#expire(totalMs, `The provider did not finish within ${totalMs} ms`);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /**
   * Passes an answer on. A model may think behind its headers: until the first item the longer time goes on. What the
   * reader takes for an item is not counted as the provider's silence.
   */
  async *watch<T>(answer: AsyncIterable<T>): AsyncGenerator<T> {
    const { idleMs } = this.timeouts;
    for await (const item of answer) {
      clearTimeout(this.#silence);
      yield item;
      this.#silence = this.#expire(idleMs, `The provider was silent for ${idleMs} ms`);
    }
  }

  /** The answer is whole. */
  linger(): void {
    clearTimeout(this.#total);
    this.#linger = setTimeout(() => this.#abort.abort(), LINGER_MS);
  }

  /** Ends whatever still runs. */
  end(): void {
    clearTimeout(this.#silence);
    clearTimeout(this.#total);
    clearTimeout(this.#linger);
    this.caller.removeEventListener('abort', this.#forward);
    this.#abort.abort(new AppError('cancelled', 'The reader has left'));
  }

  readonly #forward = (): void => this.#abort.abort(this.caller.reason);

  #expire(ms: number, message: string): NodeJS.Timeout {
    const expire = () => this.#abort.abort(new AppError('provider_timeout', message));
    return setTimeout(expire, Math.min(ms, LONGEST_TIMER_MS));
  }
}
