import { type ProvidersFile } from './providers-schema.js';
import { type RuleSpec, type RoutingSpec } from '../spec.js';

export function buildRouting({ routing, currencies }: ProvidersFile): RoutingSpec {
  const { weights, aliases, groups, fallbacks } = routing;
  return { weights, aliases, groups, fallbacks, currencies, rules: routing.rules.map(buildRule) };
}

function buildRule(entry: ProvidersFile['routing']['rules'][number]): RuleSpec {
  return {
    name: entry.name,
    taskTypes: entry.task_types,
    models: entry.models,
    conditions: entry.conditions,
    targets: entry.targets,
    weights: entry.weights ?? null,
    fallbacks: entry.fallbacks ?? null,
    ...(entry.cache && { cacheTtlMs: entry.cache.ttl }),
  };
}
