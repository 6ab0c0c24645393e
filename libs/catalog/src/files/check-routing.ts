import { type Catalog } from '../catalog.js';
import { type Finding, repeated } from './check-providers.js';
import { cyclesIn } from './cycles.js';
import { type Path } from './problem.js';
import { targetKey } from '../references.js';
import { ANY_TARGET, type RuleSpec } from '../spec.js';

/** What is wrong with rules, aliases, groups and fallbacks. */
export function checkRouting(catalog: Catalog): Finding[] {
  const { routing } = catalog;
  return [
    ...checkNames(catalog),
    ...repeated(routing.rules.map(({ name }, i) => [name, ['routing', 'rules', i, 'name']])),
    ...routing.rules.flatMap((rule, i) => checkRule(catalog, rule, ['routing', 'rules', i])),
    ...checkFallbacks(catalog),
  ];
}

/** A name that stands for two things would stand for the wrong one, sooner or later. */
function checkNames({ routing: { aliases, groups }, references, all }: Catalog): Finding[] {
  const taken = new Set(all.flatMap(({ name, models }) => [name, ...models.map(({ id }) => id)]));
  const clashes = (names: Iterable<string>, kind: string) =>
    [...names]
      .filter((name) => taken.has(name) || (kind === 'groups' && aliases.has(name)))
      .map((name) => ({
        path: ['routing', kind, name],
        message: 'is also the name of a provider, a model or an alias; take another one',
      }));
  const members = [
    ...[...aliases].map(([name, target]) => ({ target, path: ['routing', 'aliases', name] })),
    ...[...groups].flatMap(([name, list]) =>
      list.map((target, i) => ({ target, path: ['routing', 'groups', name, i] })),
    ),
  ];
  return [
    ...clashes(aliases.keys(), 'aliases'),
    ...clashes(groups.keys(), 'groups'),
    ...members.flatMap(({ target, path }) => unknown(references.resolve(target), target, path)),
    ...circularNames(aliases, groups),
  ];
}

function circularNames(
  aliases: ReadonlyMap<string, string>,
  groups: ReadonlyMap<string, readonly string[]>,
): Finding[] {
  const members = (name: string) => (aliases.has(name) ? [aliases.get(name)!] : (groups.get(name) ?? []));
  return cyclesIn([...aliases.keys(), ...groups.keys()], members).map((cycle) => ({
    path: ['routing', aliases.has(cycle[0]!) ? 'aliases' : 'groups', cycle[0]!],
    message: circular(cycle),
  }));
}

function checkRule(catalog: Catalog, rule: RuleSpec, path: Path): Finding[] {
  const { references } = catalog;
  const targets = (names: readonly string[], key: string) =>
    names.flatMap((name, i) => unknown(references.resolve(name), name, [...path, key, i]));
  return [
    ...rule.taskTypes.flatMap((name, i) => unknown(catalog.taskType(name), name, [...path, 'task_types', i])),
    ...rule.models.flatMap((name, i) => unknown(references.resolveModel(name), name, [...path, 'models', i])),
    ...targets(rule.targets, 'targets'),
    ...targets(rule.fallbacks ?? [], 'fallbacks'),
  ];
}

function checkFallbacks({ routing: { fallbacks }, references, all }: Catalog): Finding[] {
  const keys = new Map<string, readonly string[]>(
    all.flatMap(({ name, models }) => {
      const targets = models.map(({ id }) => targetKey({ provider: name, model: id }));
      return [[name, targets] as const, ...targets.map((key) => [key, [key]] as const)];
    }),
  );
  const findings = [...fallbacks].flatMap(([key, list]) => [
    ...unknown(key === ANY_TARGET || keys.get(key), key, ['routing', 'fallbacks', key]),
    ...list.flatMap((name, i) => unknown(references.resolve(name), name, ['routing', 'fallbacks', key, i])),
  ]);
  const starts = [...fallbacks.keys()].flatMap((key) => keys.get(key) ?? []);
  const next = (key: string) => references.fallbacksOf(targetOf(key)).map(targetKey);
  const cycles = cyclesIn(starts, next).map((cycle) => ({
    path: ['routing', 'fallbacks', fallbacks.has(cycle[0]!) ? cycle[0]! : targetOf(cycle[0]!).provider],
    message: circular(cycle),
  }));
  return [...findings, ...cycles];
}

function targetOf(key: string): { provider: string; model: string } {
  const slash = key.indexOf('/');
  return { provider: key.slice(0, slash), model: key.slice(slash + 1) };
}

function unknown(found: unknown, name: string, path: Path): Finding[] {
  if (found) return [];
  return [{ path, message: `is ${name}, which is not known; name something that is there` }];
}

function circular(cycle: readonly string[]): string {
  return `is circular: ${cycle.join(' → ')}; take one of them out`;
}
