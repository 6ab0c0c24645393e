/** A task that never runs twice at once: whoever asks while it runs shares the one run that follows. */
export class SharedRun {
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(private readonly task: () => Promise<void>) {}

  /** Resolves when a run is over that began after the call. */
  run(): Promise<void> {
    return this.#running ? (this.#next ??= this.#afterRunning()) : this.#start();
  }

  async #afterRunning(): Promise<void> {
    while (this.#running) await this.#running.catch(() => undefined);
    this.#next = undefined;
    await this.#start();
  }

  async #start(): Promise<void> {
    const running = this.task();
    this.#running = running;
    try {
      await running;
    } finally {
      this.#running = undefined;
    }
  }
}
