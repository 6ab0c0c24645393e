/** Runs a task every `everyMs`, never twice at once; a failing run is told to `onError` and the next one comes. */
export class Ticker {
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;

  constructor(
    private readonly everyMs: number,
    private readonly task: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  start(): void {
    this.#timer ??= setInterval(() => {
      this.#running ??= this.#run();
    }, this.everyMs);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.task();
    } catch (error) {
      this.onError(error);
    } finally {
      this.#running = undefined;
    }
  }
}
