import { type Path } from './problem.js';
import { type ProviderEntry, type ProvidersFile } from './providers-schema.js';
import { type ProviderSpec } from '../spec.js';

/** Something wrong at a place of the file. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** What is wrong between values of the providers that are each right by themselves. */
export function checkProviders(file: ProvidersFile, specs: readonly ProviderSpec[]): Finding[] {
  return [
    ...repeated(named(file.providers, ({ name }, i) => [name, ['providers', i, 'name']])),
    ...repeated(
      specs.flatMap(({ endpoints }, i) => endpoints.map(({ id }, j) => idAt(id, i, 'endpoints', j))),
    ),
    ...specs.flatMap((spec, i) => checkProvider(file, file.providers[i]!, spec, i)),
  ];
}

function checkProvider(
  file: ProvidersFile,
  entry: ProviderEntry,
  spec: ProviderSpec,
  index: number,
): Finding[] {
  const ids = entry.keys.flatMap(({ id }, j) => (id === undefined ? [] : [idAt(id, index, 'keys', j)]));
  return [
    ...repeated(entry.models.map(({ id }, j) => idAt(id, index, 'models', j))),
    ...repeated(ids),
    ...missing(spec, index),
    ...currencies(file, entry, index),
  ];
}

function missing(spec: ProviderSpec, index: number): Finding[] {
  const findings: Finding[] = [];
  if (!spec.models.some(({ id }) => id === spec.defaultModel))
    findings.push({
      path: ['providers', index, 'default_model'],
      message: `is ${spec.defaultModel}, which is not in models; list it there, or say in unlisted what holds for it`,
    });
  if (spec.kind !== 'simulator' && spec.endpoints.length === 0)
    findings.push({
      path: ['providers', index, 'endpoints'],
      message: 'is missing; give at least one entry with a url',
    });
  return findings;
}

function currencies({ currencies: known }: ProvidersFile, entry: ProviderEntry, index: number): Finding[] {
  const prices = entry.models.map(({ price }, j) => ({
    price,
    path: ['providers', index, 'models', j] as Path,
  }));
  if (entry.unlisted) prices.push({ price: entry.unlisted.price, path: ['providers', index, 'unlisted'] });
  return prices.flatMap(({ price, path }) =>
    price === null || known.has(price.currency)
      ? []
      : [
          {
            path: [...path, 'price', 'currency'],
            message: `is ${price.currency}, which is not in currencies; say there what a unit of it is worth`,
          },
        ],
  );
}

type Named = readonly [name: string, path: Path];

function named<T>(items: readonly T[], nameOf: (item: T, index: number) => Named): Named[] {
  return items.map(nameOf);
}

function idAt(id: string, provider: number, key: string, index: number): Named {
  return [id, ['providers', provider, key, index, 'id']];
}

/** Every name that was there before. */
export function repeated(names: readonly Named[]): Finding[] {
  const seen = new Set<string>();
  return names.flatMap(([name, path]) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    return [{ path, message: `is ${name}, which is there already; give each its own name` }];
  });
}
