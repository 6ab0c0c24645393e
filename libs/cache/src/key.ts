import { createHash } from 'node:crypto';

/** Part of every key: answers of another format than today's are never found. */
const FORMAT = 1;

/** Everything that decides what a model answers, and whose answer it is. */
export interface KeyParts {
  readonly tenantId: string;
  readonly provider: string;
  readonly model: string;
  readonly messages: unknown;
  readonly parameters: unknown;
  /** Of the result: not every provider is told it, and an answer is kept only where it is held. */
  readonly schema: unknown;
  readonly simulate: unknown;
}

/** Two requests have the same key exactly when all of it is the same; the order of names in an object is no difference. */
export function keyOf({ tenantId, provider, model, messages, ...more }: KeyParts): string {
  const { parameters = null, schema = null, simulate = null } = more;
  const parts = [FORMAT, tenantId, provider, model, messages, parameters, schema, simulate];
  return createHash('sha256').update(JSON.stringify(parts, inOrder)).digest('base64url');
}

function inOrder(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
