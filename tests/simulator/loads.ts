import { type Changing } from './upstream.js';

/** Messages per second, as a function of the time in seconds. */
export type Load = (seconds: number) => number;

export const steady =
  (rate: number): Load =>
  () =>
    rate;

/** `before`, from `at` on `during`, from `until` on `before` again. */
export const step =
  (before: number, during: number, at: number, until = Infinity): Load =>
  (seconds) =>
    seconds >= at && seconds < until ? during : before;

export const sine =
  (mean: number, swing: number, period: number): Load =>
  (seconds) =>
    mean + swing * Math.sin((2 * Math.PI * seconds) / period);

/** Bursts of `burst` messages per second for `lasting` seconds, every `period` seconds. */
export const burstTrain =
  (base: number, burst: number, lasting: number, period: number): Load =>
  (seconds) =>
    seconds % period < lasting ? burst : base;

/** From one value to another in a straight line. */
export const drift =
  (from: number, to: number, start: number, end: number): Changing =>
  (seconds) =>
    from + (to - from) * Math.min(1, Math.max(0, (seconds - start) / (end - start)));

/** Another value between two times. */
export const during =
  (usual: number, other: number, start: number, end: number): Changing =>
  (seconds) =>
    seconds >= start && seconds < end ? other : usual;
