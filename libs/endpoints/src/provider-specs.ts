import { type ProviderSpec } from '#catalog';

/** The providers that are on, as they are configured. */
export abstract class ProviderSpecs {
  /** Another array after each change. */
  abstract readonly all: readonly ProviderSpec[];

  of(name: string): ProviderSpec | undefined {
    return this.all.find((spec) => spec.name === name);
  }
}
