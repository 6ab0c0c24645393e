import { type ControlBus } from '#control';
import { type Runs } from '#dispatch';
import { type Log } from '#observability';
import { type ActiveProvider } from '#providers';
import { Ticker } from '#runtime';

const EVERY_MS = 1_000;

/** Tells the other processes once a second how this worker is doing. */
export class Pulse {
  readonly #processId = crypto.randomUUID();
  readonly #ticker: Ticker;

  constructor(
    private readonly bus: ControlBus,
    private readonly runs: Runs,
    private readonly active: ActiveProvider,
    log: Log,
  ) {
    this.#ticker = new Ticker(
      EVERY_MS,
      () => this.#beat(),
      (err) => log.debug({ err }, 'no pulse'),
    );
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  #beat(): Promise<void> {
    this.bus.publish('worker.pulse', {
      processId: this.#processId,
      running: this.runs.size,
      slots: this.active.provider.maxConcurrency,
      meanRunMs: this.runs.meter.meanMs,
    });
    return Promise.resolve();
  }
}
