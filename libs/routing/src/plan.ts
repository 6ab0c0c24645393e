import {
  type Catalog,
  type ProviderSpec,
  type RuleSpec,
  type Target,
  type TaskTypeSpec,
  type Weights,
} from '#catalog';
import { holds } from './conditions.js';
import { modelUnknown, providerUnknown } from './refusals.js';
import { type MessageFacts, type RouteRequest } from './request.js';

/** Where a message is to go, before it is asked who can serve it. */
export interface Plan {
  /** Of each list the first target that can serve the message. */
  readonly choices: readonly (readonly Target[])[];
  /** null: in this order. */
  readonly weights: Weights | null;
  /** Where to go when none of them answers; null: where the catalog says. */
  readonly fallbacks: readonly Target[] | null;
  readonly rule?: string;
  /** How old an answer may be that was given before. */
  readonly cacheTtlMs?: number;
}

/** A request without what is to be chosen. */
export function named(request: RouteRequest): RouteRequest {
  const given = (name: string | undefined) => (name === '' || name === 'auto' ? undefined : name);
  return { ...request, provider: given(request.provider), model: given(request.model) };
}

/**
 * The named provider or nothing; else the first rule that fits; else the named model; else what the task type
 * prefers; else everybody who is on.
 * @throws AppError provider_unknown, model_unknown
 */
export function planOf(
  facts: MessageFacts,
  request: RouteRequest,
  catalog: Catalog,
  type: TaskTypeSpec | undefined,
): Plan {
  if (request.provider !== undefined) return atProvider(catalog, request.provider, request.model);
  const rule = catalog.routing.rules.find((each) => fits(each, facts, request));
  if (rule) return byRule(catalog, rule);
  if (request.model !== undefined) return byModel(catalog, request.model);
  const preferred = type && byTaskType(catalog, type);
  return (
    preferred ?? {
      choices: everybodysChoices(catalog),
      weights: catalog.routing.weights,
      fallbacks: null,
    }
  );
}

/** Nobody else answers for a provider that was named. */
function atProvider(catalog: Catalog, name: string, model: string | undefined): Plan {
  const provider = catalog.provider(name);
  if (!provider) throw providerUnknown(catalog, name);
  const choices = model === undefined ? [choiceOf(provider)] : single(modelsAt(catalog, name, model));
  return { choices, weights: null, fallbacks: [] };
}

function modelsAt(catalog: Catalog, provider: string, model: string): readonly Target[] {
  const targets = catalog.references.resolveModel(model) ?? [];
  const here = targets.filter((target) => target.provider === provider);
  if (here.length === 0) throw modelUnknown(catalog, model, provider);
  return here;
}

function fits(
  { taskTypes, models, conditions }: RuleSpec,
  facts: MessageFacts,
  request: RouteRequest,
): boolean {
  const { taskType, model } = request;
  if (taskTypes.length > 0 && (taskType === undefined || !taskTypes.includes(taskType))) return false;
  // Whoever names a model gets another one only by a rule for that model.
  if (model === undefined ? models.length > 0 : !models.includes(model)) return false;
  return conditions.every((condition) => holds(condition, facts, request));
}

function byRule(catalog: Catalog, { name, targets, weights, fallbacks, cacheTtlMs }: RuleSpec): Plan {
  const all = everybody(catalog).flatMap((provider) => targetsOf(provider));
  return {
    choices: single(targets.length > 0 ? catalog.references.resolveAll(targets) : all),
    weights,
    fallbacks: fallbacks && catalog.references.resolveAll(fallbacks),
    rule: name,
    ...(cacheTtlMs !== undefined && { cacheTtlMs }),
  };
}

function byModel(catalog: Catalog, model: string): Plan {
  const targets = catalog.references.resolveModel(model);
  if (targets === undefined) throw modelUnknown(catalog, model, undefined);
  const { aliases, groups, weights } = catalog.routing;
  const isInOrder = aliases.has(model) || groups.has(model);
  return { choices: single(targets), weights: isInOrder ? null : weights, fallbacks: null };
}

function byTaskType(catalog: Catalog, { name, provider, model }: TaskTypeSpec): Plan | undefined {
  if (provider === null && model === null) return undefined;
  const targets = catalog.references.resolve(model ?? provider!) ?? [];
  const there = targets.filter((target) => provider === null || target.provider === provider);
  return { choices: single(there), weights: null, fallbacks: null, rule: `task type ${name}` };
}

/** What makes text up answers on its own account only while nobody else is on. */
function everybody({ providers }: Catalog): readonly ProviderSpec[] {
  const real = providers.filter(({ kind }) => kind !== 'simulator');
  return real.length > 0 ? real : providers;
}

/** Of every catalog that was asked, while it is there: they are the same for each message. */
const known = new WeakMap<Catalog, Plan['choices']>();

function everybodysChoices(catalog: Catalog): Plan['choices'] {
  const choices = known.get(catalog) ?? everybody(catalog).map(choiceOf);
  known.set(catalog, choices);
  return choices;
}

/** The default model, and the others should it not be able to. */
function choiceOf(provider: ProviderSpec): readonly Target[] {
  const targets = targetsOf(provider);
  const isDefault = ({ model }: Target) => model === provider.defaultModel;
  return [...targets.filter(isDefault), ...targets.filter((target) => !isDefault(target))];
}

function targetsOf({ name, models }: ProviderSpec): Target[] {
  return models.map(({ id }) => ({ provider: name, model: id }));
}

function single(targets: readonly Target[]): readonly (readonly Target[])[] {
  return targets.map((target) => [target]);
}
