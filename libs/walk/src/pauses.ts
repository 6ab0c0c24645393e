import { type ProviderLanes } from '#catalog';
import { AppError, type BandPauses, PRIORITIES, type PausedBand, type Priority } from '#contracts';
import { type ControlBus } from '#control';
import { type Facts } from '#ledger';
import { type Log } from '#observability';
import { Ticker } from '#runtime';
import { covers, withBand, withoutBand } from './pause-list.js';

const FACT = 'queue_pauses';
const EVERY_MS = 1_000;

/** Operators at the same moment; more than a few times in a row is none of that. */
const MOST_TRIES = 10;

const NO_PAUSES: BandPauses = { paused: [], drained: [] };

/**
 * Which bands start nothing (paused) and which accept nothing (drained), as operators want it. The ledger holds it;
 * every process looks once a second, and at once when it hears of a change.
 */
export class Pauses {
  #now = NO_PAUSES;
  readonly #ticker: Ticker;

  constructor(
    private readonly facts: Facts,
    private readonly bus: ControlBus,
    private readonly providers: ProviderLanes,
    private readonly log: Log,
  ) {
    // While the ledger is away the last word holds.
    this.#ticker = new Ticker(
      EVERY_MS,
      () => this.refresh(),
      (err) => log.debug({ err }, 'the pauses were not read'),
    );
  }

  async start(): Promise<void> {
    await this.refresh();
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  get now(): BandPauses {
    return this.#now;
  }

  isPaused(lane: string, priority: Priority): boolean {
    return this.#now.paused.some((entry) => covers(entry, { lane, priority }));
  }

  /** The bands of a lane that may start messages. */
  open(lane: string): Priority[] {
    return PRIORITIES.filter((priority) => !this.isPaused(lane, priority));
  }

  accepting(lane: string, priority: Priority): boolean {
    return !this.#now.drained.some((entry) => covers(entry, { lane, priority }));
  }

  async refresh(): Promise<void> {
    this.#now = parse(await this.facts.read(FACT));
  }

  /**
   * Starts nothing more of it; what runs goes on, and accepting goes on.
   * @throws AppError provider_unknown
   */
  pause(band: PausedBand): Promise<BandPauses> {
    return this.#change(band, ({ paused, drained }) => ({ paused: withBand(paused, band), drained }));
  }

  /** Accepts nothing more of it; what waits is run. */
  drain(band: PausedBand): Promise<BandPauses> {
    return this.#change(band, ({ paused, drained }) => ({ paused, drained: withBand(drained, band) }));
  }

  /** Ends pauses and drains of it. */
  resume(band: PausedBand): Promise<BandPauses> {
    const without = (list: readonly PausedBand[]) => withoutBand(list, band, this.providers.lanes);
    return this.#change(band, ({ paused, drained }) => ({
      paused: without(paused),
      drained: without(drained),
    }));
  }

  async #change(band: PausedBand, change: (before: BandPauses) => BandPauses): Promise<BandPauses> {
    this.#requireLane(band);
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = await this.facts.read(FACT);
      const after = change(parse(before));
      if (!(await this.facts.replace(FACT, before, JSON.stringify(after)))) continue;
      this.#now = after;
      this.bus.publish('queue.pauses', after);
      this.log.warn({ ...after }, 'an operator changed what the queues start and accept');
      return after;
    }
    throw new AppError('database_unavailable', 'Others keep changing the pauses; try again');
  }

  #requireLane({ lane }: PausedBand): void {
    const { lanes } = this.providers;
    if (lane === undefined || lanes.includes(lane)) return;
    throw new AppError('provider_unknown', `There is no provider ${lane}`, {
      fields: [{ field: 'lane', message: `must be one of ${lanes.join(', ')}` }],
    });
  }
}

function parse(fact: string | undefined): BandPauses {
  return fact === undefined ? NO_PAUSES : (JSON.parse(fact) as BandPauses);
}
