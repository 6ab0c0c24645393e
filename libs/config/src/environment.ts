import { type Leaf } from './leaves.js';

/**
 * The variables that a file of providers may name. One that belongs to a setting has the value of the setting,
 * wherever that was given. It is never printed: half of it are secrets.
 */
export class Environment {
  readonly #variables: ReadonlyMap<string, string>;

  constructor(variables: Readonly<Record<string, string | undefined>>) {
    this.#variables = new Map(
      Object.entries(variables).filter((entry): entry is [string, string] => (entry[1] ?? '') !== ''),
    );
  }

  /** Undefined when it is not set; an empty variable counts as not set. */
  get(name: string): string | undefined {
    return this.#variables.get(name);
  }
}

/** What `settings` are called in the environment, with what they came to. */
export function variablesOf(leaves: readonly Leaf[], settings: unknown): Record<string, string | undefined> {
  return Object.fromEntries(leaves.map(({ meta, path }) => [meta.env, textAt(settings, path)]));
}

function textAt(settings: unknown, path: readonly string[]): string | undefined {
  const value = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], settings);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}
