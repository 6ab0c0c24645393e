import { type Catalog, type Target, type Weights } from '#catalog';
import { type MessageFacts, type Parts } from './request.js';

export interface Scored {
  readonly score: number;
  readonly parts: Parts;
}

/**
 * Scores targets against each other. One that costs what they cost on average has half of the points for its cost, a
 * free one has all of them; so prices count by their proportions, in whatever currency.
 */
export function scorer(
  catalog: Catalog,
  pool: readonly Target[],
  facts: MessageFacts,
  weights: Weights,
): (target: Target) => Scored {
  const tokens = { input: facts.promptTokens, output: facts.outputTokens };
  const costOf = (target: Target) => catalog.costOf(catalog.model(target)?.price ?? null, tokens);
  const average = pool.reduce((sum, target) => sum + costOf(target), 0) / Math.max(1, pool.length);
  const total = weights.cost + weights.speed + weights.quality;
  const known = new Map<Target, Scored>();
  return (target) => {
    const before = known.get(target);
    if (before) return before;
    const { speed = 0, quality = 0 } = catalog.model(target) ?? {};
    const cost = average === 0 ? 1 : 1 / (1 + costOf(target) / average);
    const sum = weights.cost * cost + weights.speed * speed + weights.quality * quality;
    const scored = { score: sum / total, parts: { cost, speed, quality } };
    known.set(target, scored);
    return scored;
  };
}
