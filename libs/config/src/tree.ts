/** A mapping as it comes from a YAML file. */
export type Tree = Record<string, unknown>;

export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function valueAt(tree: Tree, path: readonly string[]): unknown {
  return path.reduce<unknown>((node, key) => (isTree(node) ? node[key] : undefined), tree);
}

export function setAt(tree: Tree, path: readonly string[], value: unknown): void {
  let node = tree;
  for (const key of path.slice(0, -1)) node = childOf(node, key);
  node[path.at(-1)!] = value;
}

/** Takes a value out, and the mappings that are empty without it. */
export function removeAt(tree: Tree, [key, ...rest]: readonly string[]): void {
  const node = tree[key!];
  if (rest.length > 0 && isTree(node)) removeAt(node, rest);
  if (rest.length === 0 || (isTree(node) && Object.keys(node).length === 0)) delete tree[key!];
}

/** The mapping at `key`, made when it is not there; what is no mapping is left for the schema to refuse. */
export function childOf(node: Tree, key: string): Tree {
  const existing = node[key];
  if (existing === undefined || existing === null) return (node[key] = {}) as Tree;
  return isTree(existing) ? existing : {};
}
