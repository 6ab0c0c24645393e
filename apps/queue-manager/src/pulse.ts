import { type ControlBus } from '#control';
import { type Lanes } from '#dispatch';
import { type Log } from '#observability';
import { type ThisProcess, Ticker } from '#runtime';

const EVERY_MS = 1_000;

/** Tells the other processes once a second how this worker is doing. */
export class Pulse {
  readonly #ticker: Ticker;

  constructor(
    private readonly bus: ControlBus,
    private readonly lanes: Lanes,
    private readonly process: ThisProcess,
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
      processId: this.process.id,
      lanes: this.lanes.pulses(),
    });
    return Promise.resolve();
  }
}
