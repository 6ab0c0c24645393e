import { type QueueSettings } from '#config';
import { type ConcurrencyPlan, type WorkerPulse } from '#contracts';
import { type Band, type Counts, type HeadWaits } from '#queue';
import { type Clock } from '#runtime';
import { type Pauses } from '../pauses.js';
import { type LaneOutlook, OVERDUE, type Weighted, WEIGHTED } from './estimate-wait.js';
import { LanePaces } from './lane-paces.js';
import { WaitingCounts } from './waiting-counts.js';

/** What is known of every lane at this moment, put together from what was read, heard and accepted. */
export class LanesNow {
  readonly #counts = new WaitingCounts();
  readonly #paces = new LanePaces();
  #heads: Readonly<Record<string, HeadWaits>> = {};
  /** Made anew when something is heard: accepting a message takes 5 µs of the view so, and 17 without. */
  readonly #outlooks = new Map<string, LaneOutlook>();

  constructor(
    private readonly pauses: Pauses,
    private readonly settings: QueueSettings,
    private readonly clock: Clock,
  ) {}

  hear(pulse: WorkerPulse): void {
    this.#paces.observe(pulse, this.clock.now());
    this.#outlooks.clear();
  }

  plan(plan: ConcurrencyPlan): void {
    this.#paces.plan(plan, this.clock.now());
    this.#outlooks.clear();
  }

  /** `onTheWay`: committed messages that were not in the schedule yet. */
  read(
    counts: Readonly<Record<string, Counts>>,
    heads: Readonly<Record<string, HeadWaits>>,
    onTheWay: readonly Band[],
  ): void {
    const now = this.clock.now();
    this.#heads = heads;
    this.#counts.read(counts, onTheWay, now);
    this.#paces.sample(counts, now);
    this.#outlooks.clear();
  }

  accept(band: Band): void {
    this.#counts.accept(band);
  }

  outlook(lane: string): LaneOutlook {
    const known = this.#outlooks.get(lane);
    if (known) return known;
    const overdue = this.#overdue(this.heads(lane));
    const outlook = { ...this.#paces.outlook(lane, this.clock.now()), overdue };
    this.#outlooks.set(lane, outlook);
    return outlook;
  }

  waiting(lane: string): Counts {
    return this.#counts.now(lane, this.outlook(lane), this.pauses.open(lane), this.clock.now());
  }

  heads(lane: string): HeadWaits {
    return this.#heads[lane] ?? {};
  }

  #overdue(heads: HeadWaits): Weighted | undefined {
    const { bands } = this.settings.value;
    const lateness = (band: Weighted) => (heads[band] ?? 0) / bands[band].max_wait;
    const latest = WEIGHTED.toSorted((a, b) => lateness(b) - lateness(a))[0]!;
    return lateness(latest) > OVERDUE ? latest : undefined;
  }
}
