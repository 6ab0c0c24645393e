/**
 * What PGlite calls of Postgres, in each of its loops and after them. It passes over errors that it does not know, and
 * would call again and again what has just been thrown out of.
 */
const ENTRIES = [
  'stackRestore',
  '_PostgresMainLoopOnce',
  '_PostgresMainLongJmp',
  '_PostgresSendReadyForQueryIfNecessary',
  '_pgl_pq_flush',
] as const;

/**
 * Postgres ends its process when it cannot go on (`PANIC`). In WebAssembly there is none to end: the next thing that it
 * does is wait forever for what it holds itself. So it is not entered any more: whoever calls it gets `error`.
 */
export function halt(module: object, error: Error): void {
  const refuse = (): never => {
    throw error;
  };
  for (const name of ENTRIES) (module as Record<string, unknown>)[name] = refuse;
}
