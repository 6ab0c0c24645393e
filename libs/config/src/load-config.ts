import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { type z } from 'zod';
import { type Aliased, withAliases } from './aliases.js';
import { Environment, variablesOf } from './environment.js';
import { type Leaf, LEAVES } from './leaves.js';
import { nearest } from './nearest.js';
import { type Meaning, translate, type Translated } from './older/translate.js';
import { type Config, configSchema, contradictionIn } from './schema.js';
import { childOf, isTree, setAt, type Tree, valueAt } from './tree.js';

/** Everything that is wrong with a configuration, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(
      `The configuration has ${problems.length} problem(s):\n${problems.map((line) => `  - ${line}`).join('\n')}`,
    );
  }
}

export interface ConfigSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A YAML file; values of the environment win over it. */
  readonly file?: string | undefined;
  readonly insecure?: boolean | undefined;
  /** The port of a process for which nothing else is configured. */
  readonly defaultPort?: number | undefined;
}

/** Reads file and environment into one frozen object; throws a ConfigError that lists every problem at once. */
export function loadConfig({ env: given, file, insecure, defaultPort }: ConfigSources): Config {
  const aliased = withAliases(given);
  const tree = file === undefined ? {} : readTree(file);
  const older = translate(tree, given);
  const env = { ...older.variables, ...aliased.env };
  fill(tree, older, env);
  if (defaultPort !== undefined) childOf(tree, 'http')['port'] ??= defaultPort;
  if (insecure) setAt(tree, ['auth', 'insecure'], true);
  const parsed = configSchema.safeParse(tree);
  const source = sourceOf({ ...aliased, env }, older);
  const issues = parsed.error?.issues.flatMap((issue) => describe(issue, source)) ?? [];
  if (!parsed.success || older.problems.length > 0) throw new ConfigError([...older.problems, ...issues]);
  const contradiction = contradictionIn(parsed.data);
  if (contradiction) throw new ConfigError([contradiction]);
  const environment = new Environment({ ...env, ...variablesOf(LEAVES, parsed.data) });
  return freeze({ ...parsed.data, environment, unused: older.unused });
}

/** Our names win over older ones, the environment over the file. */
function fill(tree: Tree, { settings }: Translated, env: ConfigSources['env']): void {
  for (const [name, { value }] of settings) {
    const path = name.split('.');
    if (valueAt(tree, path) === undefined) setAt(tree, path, value);
  }
  for (const leaf of LEAVES) overlay(tree, leaf, env);
  for (const [name, { value, isOlderWord }] of settings) if (isOlderWord) setAt(tree, name.split('.'), value);
}

/** Of a setting: the variable or the older key that has said it, where it was not said in the file by its own name. */
function sourceOf({ env, from }: Aliased, { settings }: Translated) {
  return ({ path, meta }: Leaf): string | undefined => {
    const older: Meaning | undefined = settings.get(path.join('.'));
    return env[meta.env] ? (from.get(meta.env) ?? meta.env) : older?.from;
  };
}

function readTree(file: string): Tree {
  const text = attempt(() => readFileSync(file, 'utf8'), `${file} cannot be read`);
  const tree = attempt(() => parseYaml(text) as unknown, `${file} is not valid YAML`);
  if (tree === null) return {};
  if (!isTree(tree)) throw new ConfigError([`${file} must hold a mapping`]);
  return tree;
}

function attempt<T>(read: () => T, problem: string): T {
  try {
    return read();
  } catch (error) {
    throw new ConfigError([`${problem}: ${(error as Error).message.split('\n')[0]}`]);
  }
}

function overlay(tree: Tree, { path, meta }: Leaf, env: ConfigSources['env']): void {
  const value = env[meta.env];
  if (value !== undefined && value !== '') setAt(tree, path, value);
}

function describe(issue: z.core.$ZodIssue, source: (leaf: Leaf) => string | undefined): string[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map(
      (key) => `${path ? `${path}.` : ''}${key} is not a setting${meantBy(key, issue.path)}`,
    );
  const leaf = LEAVES.find(({ path: known }) => known.every((key, i) => issue.path[i] === key));
  const from = leaf && source(leaf);
  return [`${path}${from === undefined ? '' : ` (from ${from})`}: ${issue.message}`];
}

/** A setting of the same section that is spelt nearly so, or one of that name elsewhere. */
function meantBy(key: string, section: readonly PropertyKey[]): string {
  const here = LEAVES.filter(({ path }) => section.every((part, i) => path[i] === part));
  const siblings = [...new Set(here.map(({ path }) => path[section.length]!))];
  const near = nearest(key, siblings);
  const elsewhere = LEAVES.find(({ path }) => path.at(-1) === key)?.path.join('.');
  const meant = near === undefined ? elsewhere : [...section, near].join('.');
  return meant === undefined ? '' : `; did you mean ${meant}?`;
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
