import { ANY_TARGET, type ProviderSpec, type RoutingSpec, type Target } from './spec.js';

/** Resolves what targets are called: `provider`, `provider/model`, `provider/*`, a model, an alias or a group. */
export class References {
  readonly #providers: ReadonlyMap<string, ProviderSpec>;

  constructor(
    /** Also those that are off, so that it can be told that they are. */
    private readonly providers: readonly ProviderSpec[],
    private readonly routing: RoutingSpec,
  ) {
    this.#providers = new Map(providers.map((provider) => [provider.name, provider]));
  }

  /** In order and without repetitions; undefined when there is nothing of that name. */
  resolve(reference: string): readonly Target[] | undefined {
    return this.#resolve(reference, new Set());
  }

  /** What a client may call a model: a model of any provider, `provider/model`, an alias or a group. */
  resolveModel(model: string): readonly Target[] | undefined {
    return this.#providers.has(model) ? undefined : this.resolve(model);
  }

  /** Those that are there, in order and without repetitions. */
  resolveAll(references: readonly string[]): readonly Target[] {
    return unique(references.flatMap((reference) => this.resolve(reference) ?? []));
  }

  /** Where to go when a target fails; in the order of the file, without those of all others (`*`). */
  fallbacksOf({ provider, model }: Target): readonly Target[] {
    const { fallbacks } = this.routing;
    return this.resolveAll(fallbacks.get(`${provider}/${model}`) ?? fallbacks.get(provider) ?? []);
  }

  /** Where to go at last. */
  get lastFallbacks(): readonly Target[] {
    return this.resolveAll(this.routing.fallbacks.get(ANY_TARGET) ?? []);
  }

  /** Whatever comes again on the way to itself is left out; loading refuses a catalog where something would. */
  #resolve(reference: string, seen: ReadonlySet<string>): readonly Target[] | undefined {
    if (seen.has(reference)) return [];
    const { aliases, groups } = this.routing;
    const alias = aliases.get(reference);
    const members = alias === undefined ? groups.get(reference) : [alias];
    if (members === undefined) return this.#targets(reference);
    const deeper = new Set([...seen, reference]);
    return unique(members.flatMap((member) => this.#resolve(member, deeper) ?? []));
  }

  #targets(reference: string): readonly Target[] | undefined {
    const provider = this.#providers.get(reference);
    if (provider) return [{ provider: provider.name, model: provider.defaultModel }];
    return this.#targetsWithin(reference) ?? this.#targetsOfModel(reference);
  }

  /** `provider/model` and `provider/*`; a model's own name may hold slashes. */
  #targetsWithin(reference: string): readonly Target[] | undefined {
    const slash = reference.indexOf('/');
    const provider = this.#providers.get(reference.slice(0, Math.max(slash, 0)));
    if (!provider) return undefined;
    const asked = reference.slice(slash + 1);
    const models = provider.models.filter(({ id }) => asked === '*' || id === asked);
    if (models.length === 0) return undefined;
    return models.map(({ id }) => ({ provider: provider.name, model: id }));
  }

  #targetsOfModel(model: string): readonly Target[] | undefined {
    const having = this.providers.filter(({ models }) => models.some(({ id }) => id === model));
    return having.length === 0 ? undefined : having.map(({ name }) => ({ provider: name, model }));
  }
}

export function targetKey({ provider, model }: Target): string {
  return `${provider}/${model}`;
}

function unique(targets: readonly Target[]): readonly Target[] {
  return [...new Map(targets.map((target) => [targetKey(target), target])).values()];
}
