import { type NewPriorityRule } from '#contracts';
import { stepsOf } from './pattern.js';

/** Comparing one value with a condition is about as much work as so many steps of a pattern. */
const CONDITION_COST = 10;

/**
 * How much of its tenant's share of work a rule takes; each message may cause as much.
 * @throws AppError invalid_request when its pattern is none
 */
export function costOf({ pattern, conditions }: Pick<NewPriorityRule, 'pattern' | 'conditions'>): number {
  return (pattern === null ? 0 : stepsOf(pattern)) + conditions.length * CONDITION_COST;
}
