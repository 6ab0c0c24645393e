import { type ProviderSpec } from '#catalog';
import { AppError } from '#contracts';
import { type ProviderSpecs } from './provider-specs.js';

/** @throws AppError provider_unknown */
export function requireProvider(specs: ProviderSpecs, name: string): ProviderSpec {
  const spec = specs.of(name);
  if (spec) return spec;
  const names = specs.all.map((known) => known.name).join(', ');
  throw new AppError('provider_unknown', `There is no provider ${name}`, {
    fields: [{ field: 'provider', message: `must be one of ${names}` }],
  });
}
