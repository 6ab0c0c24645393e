/**
 * The circles in a graph, each as the way around it back to where it begins, and each only once. Whatever can be
 * reached from `starts` is looked at, and nothing twice.
 */
export function cyclesIn(starts: Iterable<string>, next: (node: string) => Iterable<string>): string[][] {
  const done = new Set<string>();
  const way: string[] = [];
  const cycles: string[][] = [];
  for (const start of starts) visit(start);
  return cycles;

  function visit(node: string): void {
    const at = way.indexOf(node);
    if (at >= 0) cycles.push([...way.slice(at), node]);
    if (at >= 0 || done.has(node)) return;
    way.push(node);
    for (const follower of next(node)) visit(follower);
    way.pop();
    done.add(node);
  }
}
