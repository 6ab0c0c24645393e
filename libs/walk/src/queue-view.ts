import { type QueueSettings } from '#config';
import { AppError, PRIORITIES, type Priority, type WorkerPulse } from '#contracts';
import { type Metrics } from '#observability';
import { type Counts, type JobQueue } from '#queue';
import { type Clock, Ticker } from '#runtime';

const REFRESH_MS = 1_000;

/** A worker that has not told of itself for this long is not counted. */
const PULSE_LIFE_MS = 3_000;

/** A full band frees a place at the latest after this, or so the client is told. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Where a message stands and how long that may take. */
export interface QueuePosition {
  /** 1: next. */
  readonly position: number;
  /** Undefined while no worker has told how long a message takes. */
  readonly estimatedWaitMs: number | undefined;
}

const EMPTY: Counts = { realtime: 0, high: 0, normal: 0, low: 0 };

/**
 * What a gateway knows of the queue without asking: the counts of the last second plus what it has accepted
 * since, and the pulses of the workers. Accepting a message so costs no round trip.
 */
export class QueueView {
  #counts: Counts = EMPTY;
  #acceptedSince: Record<Priority, number> = { ...EMPTY };
  readonly #pulses = new Map<string, { pulse: WorkerPulse; at: number }>();
  readonly #ticker: Ticker;

  constructor(
    private readonly queue: JobQueue,
    private readonly settings: QueueSettings,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {
    // While the schedule is away the last counts stay, and what is accepted is added to them.
    this.#ticker = new Ticker(
      REFRESH_MS,
      () => this.#refresh(),
      () => undefined,
    );
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  observe(pulse: WorkerPulse): void {
    this.#pulses.set(pulse.processId, { pulse, at: this.clock.now() });
  }

  /** @throws AppError queue_full */
  requireRoom(priority: Priority): void {
    const waiting = this.#counts[priority] + this.#acceptedSince[priority];
    const max = this.settings.value.max_waiting[priority];
    if (waiting < max) return;
    throw new AppError(
      'queue_full',
      `${waiting} messages wait with priority ${priority}, at most ${max} may`,
      {
        retryAfterMs: Math.min(this.positionOf(priority).estimatedWaitMs ?? REFRESH_MS, MAX_RETRY_AFTER_MS),
      },
    );
  }

  noteAccepted(priority: Priority): void {
    this.#acceptedSince[priority] += 1;
    this.metrics.accepted.inc({ priority });
  }

  /** For a message that comes last in its band. */
  positionOf(priority: Priority): QueuePosition {
    const better = PRIORITIES.slice(0, PRIORITIES.indexOf(priority) + 1);
    const ahead = better.reduce((sum, band) => sum + this.#counts[band] + this.#acceptedSince[band], 0);
    return { position: ahead + 1, estimatedWaitMs: this.#estimate(ahead) };
  }

  #estimate(ahead: number): number | undefined {
    const pulses = this.#alivePulses();
    const slots = Math.max(0, ...pulses.map((pulse) => pulse.slots));
    const running = pulses.reduce((sum, pulse) => sum + pulse.running, 0);
    if (slots === 0) return undefined;
    if (ahead + running < slots) return 0;
    const means = pulses.flatMap(({ meanRunMs }) => meanRunMs ?? []);
    if (means.length === 0) return undefined;
    const meanRunMs = means.reduce((sum, ms) => sum + ms, 0) / means.length;
    return Math.round(((ahead + 1) * meanRunMs) / slots);
  }

  #alivePulses(): WorkerPulse[] {
    const oldest = this.clock.now() - PULSE_LIFE_MS;
    for (const [id, { at }] of this.#pulses) if (at < oldest) this.#pulses.delete(id);
    return [...this.#pulses.values()].map(({ pulse }) => pulse);
  }

  async #refresh(): Promise<void> {
    this.#counts = await this.queue.waiting();
    this.#acceptedSince = { ...EMPTY };
    this.metrics.setWaiting(this.#counts);
  }
}
