import { type Catalog, type Target, targetKey } from '#catalog';

/**
 * Where to go after these targets: their fallbacks, the fallbacks of these, and so on, then those of all. Each target
 * is looked at once, so that not even a circle goes on for ever.
 */
export function fallbacksOf(targets: readonly Target[], { references }: Catalog): readonly Target[] {
  const seen = new Map(targets.map((target) => [targetKey(target), target]));
  const known = seen.size;
  // A Map walks over what is added to it meanwhile.
  for (const target of seen.values())
    for (const next of references.fallbacksOf(target))
      if (!seen.has(targetKey(next))) seen.set(targetKey(next), next);
  return [...[...seen.values()].slice(known), ...references.lastFallbacks];
}
