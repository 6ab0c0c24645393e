import { type PlanningRules } from '#planning';
import { type History, type Scene, simulate } from './simulate.js';

/** The same scene with `count` courses of chance. */
export function repeat(
  count: number,
  scene: Scene,
  seconds: number,
  rules: Partial<PlanningRules> = {},
  firstSeed = 1,
): History[] {
  return Array.from({ length: count }, (_, i) => {
    const histories = simulate({ seed: firstSeed + i, seconds, rules, scenes: { lane: scene } });
    return histories['lane']!;
  });
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that `part` of the values do not exceed. */
export function quantile(values: readonly number[], part: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))]!;
}
