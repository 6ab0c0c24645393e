import { type QueueSettings } from '#config';
import { type ConcurrencyPlan, type Message, PRIORITIES, type WorkerPulse } from '#contracts';
import { type Metrics } from '#observability';
import { type Band, type Counts, type JobQueue } from '#queue';
import { type Clock, Ticker } from '#runtime';
import { type Enqueuer } from './enqueuer.js';
import { type Pauses } from './pauses.js';
import { Door } from './queue-view/door.js';
import { estimateWaitMs } from './queue-view/estimate-wait.js';
import { LanesNow } from './queue-view/lanes-now.js';
import { measureQueue } from './queue-view/measure-queue.js';
import { type LaneView, type QueuePosition } from './queue-view/positions.js';
import { Shedder } from './queue-view/shedder.js';

export type { LaneView, QueuePosition } from './queue-view/positions.js';

const REFRESH_MS = 1_000;

/**
 * What a gateway knows of the queue without asking: the counts of the last second plus what it has accepted since, the
 * pulses of the workers, and the plan of the scheduler. Accepting a message so costs no round trip.
 */
export class QueueView {
  readonly #lanes: LanesNow;
  readonly #shedder: Shedder;
  readonly #door: Door;
  readonly #ticker: Ticker;

  constructor(
    private readonly queue: JobQueue,
    private readonly enqueuer: Enqueuer,
    private readonly pauses: Pauses,
    settings: QueueSettings,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {
    this.#lanes = new LanesNow(pauses, settings, clock);
    this.#shedder = new Shedder(settings, metrics);
    this.#door = new Door(pauses, this.#shedder, settings, metrics);
    // While the schedule is away the last counts stay, and what is accepted is added to them.
    this.#ticker = new Ticker(
      REFRESH_MS,
      () => this.refresh(),
      () => undefined,
    );
  }

  async start(): Promise<void> {
    // A schedule that is away at this moment is read a second later.
    await this.refresh().catch(() => undefined);
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  observe(pulse: WorkerPulse): void {
    this.#lanes.hear(pulse);
  }

  plan(plan: ConcurrencyPlan): void {
    this.#lanes.plan(plan);
  }

  /** @throws AppError draining, shed, queue_full */
  requireRoom(band: Band): void {
    this.#door.requireOpen(band, this.sizeOf(band), () => this.positionOf(band).estimatedWaitMs);
  }

  /** Counts a message that was committed; answers with where it stands, undefined for one that is scheduled for later. */
  accepted({ lane, priority, status }: Message, turnsAhead: number): QueuePosition | undefined {
    const position = this.positionOf({ lane, priority }, turnsAhead);
    this.metrics.accepted.inc({ priority });
    if (status === 'scheduled') return undefined;
    // A turn of a conversation comes into its band once those before it have ended.
    if (turnsAhead === 0) this.#lanes.accept({ lane, priority });
    return position;
  }

  /** For a message that comes last in its band. */
  positionOf(band: Band, turnsAhead = 0): QueuePosition {
    return this.place(band, this.sizeOf(band), turnsAhead);
  }

  /** For a message that has `ahead` others of its band before it. */
  place(band: Band, ahead: number, turnsAhead = 0, exact = true): QueuePosition {
    const waiting = this.#lanes.waiting(band.lane);
    const better = PRIORITIES.slice(0, PRIORITIES.indexOf(band.priority));
    const position = better.reduce((sum, priority) => sum + waiting[priority], ahead) + 1;
    return { position, exact, turnsAhead, estimatedWaitMs: this.#waitMs(band, waiting, ahead, turnsAhead) };
  }

  /** How many messages a band of a lane has about now. */
  sizeOf({ lane, priority }: Band): number {
    return this.#lanes.waiting(lane)[priority];
  }

  isShed({ lane, priority }: Band): boolean {
    return this.#shedder.isShed(lane, priority);
  }

  /** For how long the upstream takes nothing, as its workers tell. */
  pausedMs(lane: string): number {
    return this.#lanes.outlook(lane).heldMs;
  }

  look(lane: string): LaneView {
    return {
      lane,
      ...this.#lanes.outlook(lane),
      waiting: this.#lanes.waiting(lane),
      headWaits: this.#lanes.heads(lane),
      shedLevel: this.#shedder.level(lane),
    };
  }

  /** Reads the schedule anew; the ticker does it once a second. */
  async refresh(): Promise<void> {
    const [counts, heads] = await Promise.all([this.queue.waiting(), this.queue.headWaits()]);
    this.#lanes.read(counts, heads, this.enqueuer.onTheWay());
    for (const lane of Object.keys(counts)) {
      const works = this.#lanes.outlook(lane).running > 0;
      this.#shedder.sample(lane, heads[lane] ?? {}, this.pauses.open(lane), works, this.clock.now());
    }
    measureQueue(this.metrics, counts, heads);
  }

  /** The turns before it wait as it does, one after the other, and run. */
  #waitMs({ lane, priority }: Band, waiting: Counts, ahead: number, turnsAhead: number): number | undefined {
    if (this.pauses.isPaused(lane, priority)) return undefined;
    const outlook = this.#lanes.outlook(lane);
    const wait = estimateWaitMs(outlook, waiting, priority, ahead);
    if (wait === undefined || turnsAhead === 0) return wait;
    const { meanMs } = outlook;
    return meanMs === undefined ? undefined : Math.round((turnsAhead + 1) * wait + turnsAhead * meanMs);
  }
}
