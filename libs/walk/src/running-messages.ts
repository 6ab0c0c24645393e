/** Why a running message stops before its end. */
export type StopReason = 'cancelled' | 'draining' | 'lock_lost';

/** Thrown through a running attempt when it must stop. */
export class Stopped extends Error {
  override readonly name = 'Stopped';

  constructor(readonly reason: StopReason) {
    super(`The attempt was stopped: ${reason}`);
  }
}

/** The messages that this process runs now, and the means to stop them. */
export class RunningMessages {
  readonly #running = new Map<string, { attempt: number; abort: AbortController }>();

  start(id: string, attempt: number): AbortSignal {
    const abort = new AbortController();
    this.#running.set(id, { attempt, abort });
    return abort.signal;
  }

  end(id: string): void {
    this.#running.delete(id);
  }

  has(id: string): boolean {
    return this.#running.has(id);
  }

  /** False when the message does not run here. */
  stop(id: string, reason: StopReason): boolean {
    const running = this.#running.get(id);
    running?.abort.abort(new Stopped(reason));
    return running !== undefined;
  }

  stopAll(reason: StopReason): void {
    for (const id of this.#running.keys()) this.stop(id, reason);
  }

  owned(): { id: string; attempt: number }[] {
    return [...this.#running].map(([id, { attempt }]) => ({ id, attempt }));
  }

  get size(): number {
    return this.#running.size;
  }
}
