import { type Upstreams } from '#balancing';
import { type QueueSettings, type WorkerSettings } from '#config';
import { type AppError, type LanePulse } from '#contracts';
import { type Slots } from '#limits';
import { type Provider, type Providers } from '#providers';
import { type LaneAsk, type Look } from '#queue';
import { type Pauses } from '#walk';
import { CoolDown } from './cool-down.js';
import { type LaneLimits } from './lane-limits.js';
import { LaneMeter } from './lane-meter.js';
import { LanePace } from './lane-pace.js';

/** Part of a process's places that is each lane's own, on top of what all share. */
const GUARANTEED = 8;

/** By then every process has heard what keeps an upstream from being called. */
const NEWS_MS = 1_000;

/** What one lane may do now, and what it has done. */
export class Lane {
  readonly meter = new LaneMeter();
  readonly coolDown = new CoolDown();
  readonly pace = new LanePace();

  constructor(readonly provider: Provider) {}

  get name(): string {
    return this.provider.name;
  }
}

/** The lanes that this process serves: how many slots each may use, and which of its bands are open. */
export class Lanes {
  readonly #lanes: ReadonlyMap<string, Lane>;
  #first = 0;

  constructor(
    providers: Providers,
    private readonly slots: Slots,
    private readonly limits: LaneLimits,
    private readonly queue: QueueSettings,
    private readonly workers: WorkerSettings,
    private readonly pauses: Pauses,
    private readonly upstreams: Upstreams,
  ) {
    this.#lanes = new Map(providers.all.map((provider) => [provider.name, new Lane(provider)]));
  }

  of(name: string): Lane {
    return this.#lanes.get(name)!;
  }

  /** How many calls all processes together may run now. */
  limitOf(name: string): number {
    return this.limits.of(this.of(name).provider);
  }

  /** What could start now that so many messages run in this process; each time another lane comes first. */
  asks(running: number): LaneAsk[] {
    const room = this.workers.value.concurrency - running;
    const all = [...this.#lanes.values()];
    this.#first = (this.#first + 1) % all.length;
    return [...all.slice(this.#first), ...all.slice(0, this.#first)].map((lane) => this.#ask(lane, room));
  }

  /** Gives slots back; true when another process may be waiting for one. */
  giveBack(lane: string, tokens: readonly string[]): Promise<boolean> {
    return this.slots.release(lane, tokens);
  }

  renew(lane: string, tokens: readonly string[]): Promise<void> {
    return this.slots.renew(lane, tokens);
  }

  /** The upstream has turned a call away: nobody calls it for a while. */
  async pause(name: string, { retryAfterMs }: AppError, wasCalled: boolean): Promise<void> {
    const { meter, coolDown } = this.of(name);
    const ms = coolDown.turnedAway(this.#askedMs(name, retryAfterMs, wasCalled));
    if (wasCalled) meter.drop();
    meter.pauseUntil(Date.now() + ms);
    await this.slots.pause(name, ms);
  }

  /** What a look says of pauses that other processes, or earlier ones, have ordered. */
  heard({ lanes }: Look): void {
    for (const { lane, pausedMs } of lanes)
      if (pausedMs > 0) this.of(lane).meter.pauseUntil(Date.now() + pausedMs);
  }

  pulses(): Record<string, LanePulse> {
    const lanes = [...this.#lanes.values()];
    return Object.fromEntries(lanes.map((lane) => [lane.name, this.#pulse(lane)]));
  }

  /** A lane whose endpoints and keys are all out is as good as paused. */
  #pulse({ name, meter, provider }: Lane): LanePulse {
    const pulse = meter.pulse(this.limits.withoutPlan(provider));
    const closedMs = this.upstreams.closedMs(name);
    if (closedMs === 0) return pulse;
    return { ...pulse, pausedUntilMs: Math.max(pulse.pausedUntilMs, Date.now() + closedMs) };
  }

  /**
   * Nothing is taken for endpoints and keys that are all out, by whoever knows of it, until they are not: the pause is only
   * for those who have not heard of it yet, and must not outlast an operator who puts a key back.
   */
  #askedMs(name: string, retryAfterMs: number | undefined, wasCalled: boolean): number | undefined {
    if (wasCalled || this.upstreams.closedMs(name) === 0) return retryAfterMs;
    return Math.min(retryAfterMs ?? NEWS_MS, NEWS_MS);
  }

  #ask(lane: Lane, room: number): LaneAsk {
    const limit = this.limits.of(lane.provider);
    const spread = lane.pace.spread(limit);
    return {
      lane: lane.name,
      limit,
      reserved: this.queue.value.reserved_for_realtime,
      most: Math.min(
        Math.max(0, room, this.#guaranteed - lane.meter.running),
        this.upstreams.room(lane.name),
      ),
      open: this.pauses.open(lane.name),
      ...(spread && { spread }),
    };
  }

  /** So many messages of a lane may always run, or an upstream that hangs would in time hold every place. */
  get #guaranteed(): number {
    return Math.ceil(this.workers.value.concurrency / GUARANTEED);
  }
}
