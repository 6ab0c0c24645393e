import { buildProvider } from './build-provider.js';
import { buildRouting } from './build-routing.js';
import { checkProviders } from './check-providers.js';
import { interpolate, type UnsetVariable, type Variables } from './interpolate.js';
import { offBecause } from './on-off.js';
import { parseFile } from './parse-file.js';
import { type Path, pathText, type Problem } from './problem.js';
import { type ProvidersFile, providersFileSchema } from './providers-schema.js';
import { type ProviderSpec, type RoutingSpec } from '../spec.js';
import { type YamlFile } from './yaml-file.js';

export interface ReadProviders {
  readonly providers: readonly ProviderSpec[];
  readonly off: ReadonlyMap<string, string>;
  readonly routing: RoutingSpec;
  readonly problems: readonly Problem[];
}

/** An endpoint of a provider that is off may name a variable that is not set. */
const NO_URL = 'http://not-set.invalid';

/** The providers and the routing, with the variables put in; undefined where the file cannot be understood. */
export function readProviders(
  file: YamlFile,
  variables: Variables,
): ReadProviders | { readonly problems: readonly Problem[] } {
  const written = file.value;
  const { value, unset } = interpolate(written, variables, (path) => (path.at(-1) === 'url' ? NO_URL : ''));
  const { data, problems } = parseFile(file, providersFileSchema, value);
  if (data === undefined) return { problems: withUnset(file, problems, unset, () => true) };
  const providers = data.providers.map(buildProvider);
  const off = offOf(data, written, variables);
  const found = checkProviders(data, providers).map(({ path, message }) => file.problem(path, message));
  const all = withUnset(file, found, unset, (index) => off.has(providers[index]!.name));
  if (off.size === providers.length) all.push(file.problem(['providers'], noneIsOn(off)));
  return { providers, off, routing: buildRouting(data), problems: all };
}

function offOf(data: ProvidersFile, written: unknown, variables: Variables): ReadonlyMap<string, string> {
  const entries = (written as { providers: unknown[] }).providers;
  return new Map(
    data.providers.flatMap((entry, i) => {
      const reason = offBecause(entry, entries[i], variables);
      return reason === undefined ? [] : [[entry.name, reason] as const];
    }),
  );
}

/** The problems, and a variable that is not set instead of what its absence made wrong. */
function withUnset(
  file: YamlFile,
  problems: readonly Problem[],
  unset: readonly UnsetVariable[],
  isOff: (provider: number) => boolean,
): Problem[] {
  const needed = unset.filter(({ path }) => !mayBeUnset(path, isOff));
  const paths = new Set(needed.map(({ path }) => pathText(path)));
  return [
    ...problems.filter(({ path }) => !paths.has(path)),
    ...needed.map(({ path, name }) =>
      file.problem(
        path,
        `names the variable ${name}, which is not set; set it, or write \${${name}:-otherwise}`,
      ),
    ),
  ];
}

/** A key without a value is left out; the URL of a provider that is off is not used. */
function mayBeUnset([top, index, field, ...rest]: Path, isOff: (provider: number) => boolean): boolean {
  if (top !== 'providers') return false;
  return field === 'keys' || (rest.at(-1) === 'url' && isOff(index as number));
}

function noneIsOn(off: ReadonlyMap<string, string>): string {
  const reasons = [...off].map(([name, why]) => `${name}: ${why}`);
  return `are all off (${reasons.join('; ')}); turn one on`;
}
