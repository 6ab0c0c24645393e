import { type Owned } from '#ledger';
import { type Metrics } from '#observability';

/** Why a running message stops before its end. */
export type StopReason = 'cancelled' | 'draining' | 'lock_lost';

/** Thrown through a running attempt when it must stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor(readonly reason: StopReason) {
    super(`The attempt was stopped: ${reason}`);
  }
}

interface Running {
  /** Undefined while the message is being claimed. */
  attempt: number | undefined;
  /** How far it is, in percent. */
  progress: () => number;
  readonly abort: AbortController;
}

/** The messages that this process claims and runs now, and the means to stop them. */
export class RunningMessages {
  readonly #running = new Map<string, Running>();

  constructor(private readonly metrics: Metrics) {
    metrics.beforeEachLook(() => metrics.leasesHeld.set(this.owned().length));
  }

  /** From here on the message can be stopped, so that a cancel that meets a claim is not missed. */
  expect(id: string): AbortSignal {
    const abort = new AbortController();
    this.#running.set(id, { attempt: undefined, progress: () => 0, abort });
    return abort.signal;
  }

  /** The claim has given the message to this process. */
  own(id: string, attempt: number): void {
    const running = this.#running.get(id);
    if (running) running.attempt = attempt;
  }

  /** From now on it is known how far the message is. */
  measure(id: string, progress: () => number): void {
    const running = this.#running.get(id);
    if (running) running.progress = progress;
  }

  end(id: string): void {
    this.#running.delete(id);
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** Does nothing when the message does not run here, or not in this attempt any more. */
  stop(id: string, reason: StopReason, attempt?: number): void {
    const running = this.#running.get(id);
    if (!running || running.abort.signal.aborted || (attempt !== undefined && attempt !== running.attempt))
      return;
    if (reason === 'lock_lost') this.metrics.leasesLost.inc();
    running.abort.abort(new Stopped(reason));
  }

  stopAll(reason: StopReason): void {
    for (const id of this.#running.keys()) this.stop(id, reason);
  }

  owned(): Owned[] {
    return [...this.#running].flatMap(([id, { attempt, progress }]) =>
      attempt === undefined ? [] : { id, attempt, progress: progress() },
    );
  }
}
