import { z } from 'zod';
import { SCOPES } from '#contracts';
import { flag } from '../fields.js';
import { section } from './section.js';

export const apiKeySchema = z.strictObject({
  name: z.string().min(1).max(64),
  key: z.string().min(16, 'must have at least 16 characters').optional().meta({ secret: true }),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/, 'must be the 64 hex digits of the SHA-256 of the key')
    .optional(),
  tenant: z.string().min(1).max(64).default('default'),
  scopes: z.array(z.enum(SCOPES)).default(['read', 'write']),
});

const DIGEST = 'sha256=';

/** `name:key:tenant:scope+scope` entries, comma-separated: the environment's way to give keys, or their digests. */
function parseKeyList(list: string): unknown[] {
  return list
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((entry) => {
      const [name, key, tenant, scopes] = entry.trim().split(':');
      const secret = key?.startsWith(DIGEST) ? { sha256: key.slice(DIGEST.length) } : { key };
      return { name, ...secret, ...(tenant && { tenant }), ...(scopes && { scopes: scopes.split('+') }) };
    });
}

const keyList = z
  .array(
    apiKeySchema.refine(
      (key) => Boolean(key.key) !== Boolean(key.sha256),
      'must have either `key` or `sha256`',
    ),
  )
  .refine((keys) => new Set(keys.map((key) => key.name)).size === keys.length, 'must have unique names');

export const auth = section(
  {
    keys: z
      .preprocess((value) => (typeof value === 'string' ? parseKeyList(value) : value), keyList)
      .prefault([])
      .meta({
        env: 'API_KEYS',
        secret: true,
        description:
          'API keys: `name`, `key` or its `sha256`, `tenant`, `scopes` (read, write, admin). In the environment: `name:key:tenant:read+write`, comma-separated; `sha256=…` in place of the key is its digest.',
      }),
    insecure: flag(false, {
      env: 'INSECURE',
      description: 'Answer without API keys on every address. Also `--insecure`.',
    }),
  },
  'Who may call.',
);
