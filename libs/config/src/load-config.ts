import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { type z } from 'zod';
import { type Aliased, withAliases } from './aliases.js';
import { Environment, variablesOf } from './environment.js';
import { type Leaf, LEAVES } from './leaves.js';
import { type Config, configSchema, contradictionIn } from './schema.js';

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

type Tree = Record<string, unknown>;

/** Reads file and environment into one frozen object; throws a ConfigError that lists every problem at once. */
export function loadConfig({ env: given, file, insecure, defaultPort }: ConfigSources): Config {
  const aliased = withAliases(given);
  const { env } = aliased;
  const tree = file === undefined ? {} : readTree(file);
  if (defaultPort !== undefined) child(tree, 'http')['port'] ??= defaultPort;
  for (const leaf of LEAVES) overlay(tree, leaf, env);
  if (insecure) set(tree, ['auth', 'insecure'], true);
  const parsed = configSchema.safeParse(tree);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.flatMap((issue) => describe(issue, aliased)));
  const contradiction = contradictionIn(parsed.data);
  if (contradiction) throw new ConfigError([contradiction]);
  const environment = new Environment({ ...env, ...variablesOf(LEAVES, parsed.data) });
  return freeze({ ...parsed.data, environment });
}

function readTree(file: string): Tree {
  const text = attempt(() => readFileSync(file, 'utf8'), `${file} cannot be read`);
  const tree = attempt(() => parseYaml(text) as unknown, `${file} is not valid YAML`);
  if (tree === null) return {};
  if (typeof tree !== 'object' || Array.isArray(tree)) throw new ConfigError([`${file} must hold a mapping`]);
  return tree as Tree;
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
  if (value !== undefined && value !== '') set(tree, path, value);
}

function set(tree: Tree, path: readonly string[], value: unknown): void {
  let node = tree;
  for (const key of path.slice(0, -1)) node = child(node, key);
  node[path.at(-1)!] = value;
}

/** The mapping at `key`, made when it is not there; what is no mapping is left for the schema to refuse. */
function child(node: Tree, key: string): Tree {
  const existing = node[key];
  if (existing !== undefined && existing !== null)
    return typeof existing === 'object' ? (existing as Tree) : {};
  return (node[key] = {}) as Tree;
}

function describe(issue: z.core.$ZodIssue, { env, from }: Aliased): string[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => `${path ? `${path}.` : ''}${key} is not a setting`);
  const leaf = LEAVES.find(({ path: known }) => known.every((key, i) => issue.path[i] === key));
  const variable = leaf && env[leaf.meta.env] ? ` (from ${from.get(leaf.meta.env) ?? leaf.meta.env})` : '';
  return [`${path}${variable}: ${issue.message}`];
}

function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(freeze);
  return Object.freeze(value);
}
