import { type LanePulse } from '#contracts';
import { type ControlBus } from '#control';
import { type Lanes } from '#dispatch';
import { type Log, type Metrics } from '#observability';
import { type ThisProcess, Ticker } from '#runtime';

const EVERY_MS = 1_000;

/** Tells once a second how this worker is doing: the other processes, and the metrics. */
export class Pulse {
  readonly #ticker: Ticker;

  constructor(
    private readonly bus: ControlBus,
    private readonly lanes: Lanes,
    private readonly process: ThisProcess,
    private readonly metrics: Metrics,
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
    const lanes = this.lanes.pulses();
    this.bus.publish('worker.pulse', { processId: this.process.id, lanes });
    for (const [lane, pulse] of Object.entries(lanes)) this.#measure(lane, pulse);
    return Promise.resolve();
  }

  #measure(lane: string, { running, pausedUntilMs }: LanePulse): void {
    this.metrics.slotsInUse.set({ lane }, running);
    this.metrics.slotLimit.set({ lane }, this.lanes.limitOf(lane));
    this.metrics.lanePaused.set({ lane }, pausedUntilMs > Date.now() ? 1 : 0);
  }
}
