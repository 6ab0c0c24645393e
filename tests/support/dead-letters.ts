import { type FakeUpstream } from '../upstream/fake-upstream.js';
import { type Answer, type Client } from './client.js';

export const DEAD_LETTERS = '/api/v1/dead-letters';

/** The provider refuses the message: it fails for good. */
export const REFUSED = { status: 400 };

const SCOPES = { ops: 'acme:read+write+admin', app: 'acme:read+write', eve: 'other:read+write+admin' };

export const keyOf = (name: keyof typeof SCOPES) => `key-of-somebody-called-${name}`;

/** Two keys of one tenant and one of another. */
export const DEAD_LETTER_KEYS = (Object.keys(SCOPES) as (keyof typeof SCOPES)[])
  .map((name) => `${name}:${keyOf(name)}:${SCOPES[name]}`)
  .join(',');

export const idsOf = (letters: readonly Answer['body'][]): string[] => letters.map(({ id }) => id as string);

/** Messages that have failed for good. */
export async function deadMessages(
  client: Client,
  upstream: FakeUpstream,
  count: number,
  fields: Readonly<Record<string, unknown>> = {},
): Promise<string[]> {
  upstream.behave(REFUSED);
  const ids = await Promise.all(Array.from({ length: count }, (_, i) => client.send(`fails ${i}`, fields)));
  for (const id of ids) {
    const { status } = await client.ended(id);
    if (status !== 'failed') throw new Error(`${id} is ${status}`);
  }
  upstream.behave({});
  upstream.clearCalls();
  return ids;
}
