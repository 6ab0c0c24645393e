import { type SchedulerSettings } from '#config';
import { type Leases } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { Ticker } from '#runtime';

const NAME = 'scheduler';

/** Something that exactly one process in the fleet does, once per tick; harmless when done twice. */
export interface Duty {
  readonly name: string;
  perform(): Promise<void>;
  /** Called when this process leads no more. */
  retire?(): void;
}

/** Leads while it holds the lease, and then performs its duties on every tick. */
export class Leader {
  readonly #holder = crypto.randomUUID();
  readonly #ticker: Ticker;
  #leading = false;

  constructor(
    private readonly leases: Leases,
    private readonly duties: readonly Duty[],
    private readonly settings: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {
    this.#ticker = new Ticker(
      settings.value.tick,
      () => this.#tick(),
      (err) => {
        this.#become(false);
        log.warn({ err }, 'the scheduler could not renew its lease');
      },
    );
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    this.#ticker.start();
  }

  async stop(): Promise<void> {
    await this.#ticker.stop();
    if (!this.#leading) return;
    this.#become(false);
    // Without it the next leader waits for the lease to run out, which is no harm.
    await this.leases.give(NAME, this.#holder).catch(() => undefined);
  }

  async #tick(): Promise<void> {
    this.#become(await this.leases.take(NAME, this.#holder, this.settings.value.lease));
    if (!this.#leading) return;
    const endTimer = this.metrics.tickDuration.startTimer();
    for (const duty of this.duties) await this.#perform(duty);
    endTimer();
  }

  async #perform(duty: Duty): Promise<void> {
    try {
      await duty.perform();
    } catch (err) {
      this.log.warn({ err, duty: duty.name }, 'a duty failed; it is tried again on the next tick');
    }
  }

  #become(leading: boolean): void {
    if (leading === this.#leading) return;
    this.#leading = leading;
    this.metrics.leader.set(leading ? 1 : 0);
    if (!leading) for (const duty of this.duties) duty.retire?.();
    this.log.info(
      { holder: this.#holder },
      leading ? 'this scheduler leads now' : 'this scheduler follows now',
    );
  }
}
