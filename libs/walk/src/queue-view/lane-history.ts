import { PRIORITIES, type Priority } from '#contracts';
import { type Counts } from '#queue';
import { NONE } from './estimate-wait.js';

/** What the workers have done in a lane since they started, all together. */
export interface LaneTotals {
  readonly ended: number;
  readonly busyMs: number;
  readonly started: Counts;
}

interface Sample extends LaneTotals {
  readonly atMs: number;
  /** Bands in which something waited, one bit each. */
  readonly backlog: number;
}

export interface LaneRates {
  /** Messages that ended in a second; undefined while too few ended, or not always one was waiting. */
  readonly endedPerSecond: number | undefined;
  /** Mean time that an attempt held its slot. */
  readonly meanMs: number | undefined;
  readonly starts: Counts;
  /** Whether the same bands had a backlog all the time. */
  readonly steady: boolean;
}

/** Rates come from the last `LEAST_MS` at least, from more where fewer than `ENOUGH` messages ended, never from more than `MOST_MS`. */
const LEAST_MS = 5_000;
const MOST_MS = 60_000;
const ENOUGH = 20;

/** The last minute of a lane, in samples. */
export class LaneHistory {
  readonly #samples: Sample[] = [];

  add(atMs: number, { ended, busyMs, started }: LaneTotals, waiting: Counts): void {
    this.#samples.push({ atMs, ended, busyMs, started, backlog: backlogOf(waiting) });
    while (this.#samples.length > 2 && this.#samples[1]!.atMs < atMs - MOST_MS) this.#samples.shift();
  }

  rates(): LaneRates {
    const last = this.#samples.at(-1);
    if (!last) return { endedPerSecond: undefined, meanMs: undefined, starts: NONE, steady: false };
    const window = this.#window(last);
    const first = window[0]!;
    const ended = last.ended - first.ended;
    const seconds = (last.atMs - first.atMs) / 1_000;
    const busy = window.every(({ backlog }) => backlog !== 0);
    return {
      endedPerSecond: busy && ended >= ENOUGH && seconds > 0 ? ended / seconds : undefined,
      meanMs: ended > 0 ? (last.busyMs - first.busyMs) / ended : undefined,
      starts: perSecond(last.started, first.started, seconds),
      steady: ended >= ENOUGH && window.every(({ backlog }) => backlog === last.backlog),
    };
  }

  #window(last: Sample): readonly Sample[] {
    const from = this.#samples.findLastIndex(
      ({ atMs, ended }) => last.atMs - atMs >= LEAST_MS && last.ended - ended >= ENOUGH,
    );
    return this.#samples.slice(Math.max(0, from));
  }
}

function backlogOf(waiting: Counts): number {
  return PRIORITIES.reduce((bits, band, i) => bits | (waiting[band] > 0 ? 1 << i : 0), 0);
}

function perSecond(now: Counts, before: Counts, seconds: number): Counts {
  if (seconds <= 0) return NONE;
  const rate = (band: Priority) => [band, (now[band] - before[band]) / seconds];
  return Object.fromEntries(PRIORITIES.map(rate)) as unknown as Counts;
}
