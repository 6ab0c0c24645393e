import { type Random } from '#testing';
import { type Timeline } from './timeline.js';

/** A number, or one that changes with the time in seconds. */
export type Changing = number | ((seconds: number) => number);

export function valueAt(changing: Changing, seconds: number): number {
  return typeof changing === 'number' ? changing : changing(seconds);
}

/**
 * How it turns calls away: with a Retry-After (in ms), as `limited` without one (the lane then cools down, longer each
 * time), or as `overloaded` (the message is tried again later, the lane goes on).
 */
export type Refusal = number | 'limited' | 'overloaded';

export interface UpstreamTraits {
  /** Mean time of a call while few run, in seconds. */
  readonly serviceSeconds: Changing;
  readonly cv: number;
  /** Calls at once beyond which each gets slower. */
  readonly knee: Changing;
  /** Calls at once beyond which it answers 429. */
  readonly hardLimit: Changing;
  /** Part of the calls that it turns away for no reason. */
  readonly noise: Changing;
  /** Time that saying no takes. */
  readonly rejectMs: number;
  readonly refusal: Refusal;
}

/** 4 s a call, slower above 60 at once, 429 above 75: it serves 15 calls per second at most. */
export const USUAL: UpstreamTraits = {
  serviceSeconds: 4,
  cv: 0.7,
  knee: 60,
  hardLimit: 75,
  noise: 0,
  rejectMs: 200,
  refusal: 'limited',
};

/** A model server under load: replies of random length, a knee, a hard limit. */
export class Upstream {
  running = 0;

  constructor(
    private readonly timeline: Timeline,
    private readonly random: Random,
    readonly traits: UpstreamTraits,
  ) {}

  call(onEnd: (served: boolean) => void): void {
    const { traits } = this;
    const seconds = this.timeline.now / 1_000;
    if (
      this.running >= valueAt(traits.hardLimit, seconds) ||
      this.random.next() < valueAt(traits.noise, seconds)
    ) {
      this.timeline.after(traits.rejectMs, () => onEnd(false));
      return;
    }
    this.running += 1;
    const slowness = Math.max(1, this.running / valueAt(traits.knee, seconds));
    const mean = valueAt(traits.serviceSeconds, seconds) * slowness;
    this.timeline.after(this.random.lognormal(mean, traits.cv) * 1_000, () => {
      this.running -= 1;
      onEnd(true);
    });
  }
}
