import { type Path } from './problem.js';

/** `${NAME}`, or `${NAME:-what it is otherwise}`. */
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

export interface Variables {
  get(name: string): string | undefined;
}

/** A variable that is named where nothing else is given, and is not set. */
export interface UnsetVariable {
  readonly path: Path;
  readonly name: string;
}

export interface Interpolated {
  readonly value: unknown;
  readonly unset: readonly UnsetVariable[];
}

/** Puts the values of variables into every text; one that is not set becomes its stand-in, and is named. */
export function interpolate(
  value: unknown,
  variables: Variables,
  standInAt: (path: Path) => string = () => '',
): Interpolated {
  const unset: UnsetVariable[] = [];
  return { value: walk(value, []), unset };

  function walk(node: unknown, path: Path): unknown {
    if (typeof node === 'string') return fill(node, path);
    if (Array.isArray(node)) return node.map((item, i) => walk(item, [...path, i]));
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, item]) => [key, walk(item, [...path, key])]));
  }

  function fill(text: string, path: Path): string {
    return text.replace(VARIABLE, (_, name: string, otherwise: string | undefined) => {
      const found = variables.get(name) ?? otherwise;
      if (found === undefined) unset.push({ path, name });
      return found ?? standInAt(path);
    });
  }
}

/** The variables that a text names. */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map((match) => match[1]!);
}
