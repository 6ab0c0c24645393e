import { charge, type Charge, type ChargedTokens } from './charge.js';
import { References } from './references.js';
import {
  type ModelSpec,
  type Price,
  type ProviderSpec,
  type RoutingSpec,
  type Target,
  type TaskTypeSpec,
} from './spec.js';

export interface CatalogParts {
  /** On and off, in the order of the file. */
  readonly providers: readonly ProviderSpec[];
  /** Why a provider is off, by its name. */
  readonly off: ReadonlyMap<string, string>;
  readonly routing: RoutingSpec;
  readonly taskTypes: readonly TaskTypeSpec[];
}

/** Who answers, with what, at what price, and how it is chosen. It never changes: a reload makes another one. */
export class Catalog {
  /** Those that are on. */
  readonly providers: readonly ProviderSpec[];
  /** Also those that are off. */
  readonly all: readonly ProviderSpec[];
  readonly routing: RoutingSpec;
  readonly taskTypes: readonly TaskTypeSpec[];
  /** What a name of a target stands for. */
  readonly references: References;
  readonly #off: ReadonlyMap<string, string>;
  readonly #providers: ReadonlyMap<string, ProviderSpec>;
  readonly #models: ReadonlyMap<string, ReadonlyMap<string, ModelSpec>>;
  readonly #taskTypes: ReadonlyMap<string, TaskTypeSpec>;

  constructor({ providers, off, routing, taskTypes }: CatalogParts) {
    this.providers = providers.filter(({ name }) => !off.has(name));
    this.all = providers;
    this.routing = routing;
    this.taskTypes = taskTypes;
    this.#off = off;
    this.references = new References(providers, routing);
    this.#providers = new Map(this.providers.map((provider) => [provider.name, provider]));
    this.#models = new Map(
      providers.map(({ name, models }) => [name, new Map(models.map((model) => [model.id, model]))]),
    );
    this.#taskTypes = new Map(taskTypes.map((type) => [type.name, type]));
  }

  /** The providers that are on, each with a lane of its own name. */
  get lanes(): readonly string[] {
    return this.providers.map(({ name }) => name);
  }

  /** The first provider that is on. */
  get defaultProvider(): ProviderSpec {
    return this.providers[0]!;
  }

  /** Undefined when there is none, or when it is off. */
  provider(name: string): ProviderSpec | undefined {
    return this.#providers.get(name);
  }

  /** Why a provider is off; undefined when it is on, or not there at all. */
  offBecause(name: string): string | undefined {
    return this.#off.get(name);
  }

  /** Also of a provider that is off. */
  model({ provider, model }: Target): ModelSpec | undefined {
    return this.#models.get(provider)?.get(model);
  }

  taskType(name: string): TaskTypeSpec | undefined {
    return this.#taskTypes.get(name);
  }

  /** What so many tokens of a model cost; null: it is free, or nobody knows its price. */
  chargeFor(target: Target, tokens: ChargedTokens): Charge | null {
    const price = this.model(target)?.price;
    return price ? charge(price, tokens, this.routing.currencies.get(price.currency) ?? 1) : null;
  }

  /** What so many tokens cost, in the unit by which currencies are compared. */
  costOf(price: Price | null, tokens: { readonly input: number; readonly output: number }): number {
    if (price === null) return 0;
    const amount = (tokens.input * price.input + tokens.output * price.output) / 1_000_000;
    return amount * (this.routing.currencies.get(price.currency) ?? 1);
  }
}
