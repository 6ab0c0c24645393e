import { type Catalog, type Target, targetKey, type TaskTypeSpec } from '#catalog';
import { fallbacksOf } from './fallbacks.js';
import { needsOf } from './judge.js';
import { named, planOf } from './plan.js';
import { noTarget, taskTypeUnknown } from './refusals.js';
import {
  type Candidate,
  type HealthOf,
  type MessageFacts,
  type RouteRequest,
  type Routing,
} from './request.js';
import { type Scored, scorer } from './score.js';
import { Sieve } from './sieve.js';

/** So many providers in a row that fail, and no further one would help. */
export const MAX_TARGETS = 8;

/** The routing is stored with its message. */
export const MAX_CANDIDATES = 12;

/**
 * Who may serve a message, in order, and why. Nothing is read and nothing is kept: the same arguments always have the
 * same answer.
 * @throws AppError provider_unknown, model_unknown, task_type_unknown, no_target
 */
export function route(
  facts: MessageFacts,
  asked: RouteRequest,
  catalog: Catalog,
  healthOf: HealthOf,
): Routing {
  const request = named(asked);
  const type = typeOf(catalog, request.taskType);
  const plan = planOf(facts, request, catalog, type);
  const sieve = new Sieve(catalog, needsOf(facts, request, type));
  const looked = plan.choices.flatMap((choice) => considered(choice, sieve));
  const first = looked.filter((target) => sieve.lets(target));
  const then = (plan.fallbacks ?? fallbacksOf(looked, catalog)).filter((target) => sieve.lets(target));
  const score = scorer(
    catalog,
    first.length > 0 ? first : then,
    facts,
    plan.weights ?? catalog.routing.weights,
  );
  const ordered = plan.weights ? best(first, score) : first;
  const candidateOf = (target: Target) => candidate(target, score(target), sieve, healthOf);
  const rejected = sieve.rejected.map(candidateOf);
  const kept = healthyFirst(unique([...ordered, ...then]).map(candidateOf)).slice(0, MAX_TARGETS);
  if (kept.length === 0) throw noTarget(rejected, plan.rule);
  return {
    targets: kept.map(({ provider, model }) => ({ provider, model })),
    candidates: [...kept, ...rejected].slice(0, MAX_CANDIDATES),
    ...(plan.rule === undefined ? {} : { rule: plan.rule }),
    ...(plan.cacheTtlMs === undefined ? {} : { cacheTtlMs: plan.cacheTtlMs }),
  };
}

function typeOf(catalog: Catalog, name: string | undefined): TaskTypeSpec | undefined {
  if (name === undefined) return undefined;
  const type = catalog.taskType(name);
  if (!type) throw taskTypeUnknown(catalog, name);
  return type;
}

/** What scores the same stays in the order of the catalog. */
function best(targets: readonly Target[], score: (target: Target) => Scored): readonly Target[] {
  return targets.toSorted((a, b) => score(b).score - score(a).score);
}

function candidate(target: Target, { score, parts }: Scored, sieve: Sieve, healthOf: HealthOf): Candidate {
  const rejected = sieve.reasonOf(target);
  const unhealthy = rejected === undefined ? healthOf(target) : undefined;
  return {
    ...target,
    score: rounded(score),
    parts: { ...parts, cost: rounded(parts.cost) },
    ...(rejected === undefined ? {} : { rejected }),
    ...(unhealthy === undefined ? {} : { unhealthy }),
  };
}

/** One that is ill may be well again before the others have failed. */
function healthyFirst(candidates: readonly Candidate[]): readonly Candidate[] {
  const isHealthy = ({ unhealthy }: Candidate) => unhealthy === undefined;
  return [...candidates.filter(isHealthy), ...candidates.filter((each) => !isHealthy(each))];
}

/** As far as one had to look: up to the first target that is let through. */
function considered(choice: readonly Target[], sieve: Sieve): readonly Target[] {
  const at = choice.findIndex((target) => sieve.lets(target));
  return at < 0 ? choice : choice.slice(0, at + 1);
}

function unique(targets: readonly Target[]): readonly Target[] {
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}

function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
