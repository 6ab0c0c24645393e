import { createHash, timingSafeEqual } from 'node:crypto';
import { type FastifyRequest } from 'fastify';
import { type AuthSettings } from '#config';
import { type Caller, DEFAULT_TENANT, SCOPES } from '#contracts';

/** Every caller while no keys are configured. */
const ANONYMOUS: Caller = { tenantId: DEFAULT_TENANT, keyName: 'anonymous', scopes: SCOPES };

interface Entry {
  readonly digest: Buffer;
  readonly caller: Caller;
}

/** The configured API keys. Only digests are kept, and every one is compared, in constant time. */
export class ApiKeys {
  readonly #entries: readonly Entry[];

  constructor({ value }: AuthSettings) {
    this.#entries = value.keys.map((key) => ({
      digest: key.sha256 === undefined ? digestOf(key.key ?? '') : Buffer.from(key.sha256, 'hex'),
      caller: { tenantId: key.tenant, keyName: key.name, scopes: key.scopes },
    }));
  }

  get none(): boolean {
    return this.#entries.length === 0;
  }

  /** Undefined: the request has no valid key. */
  callerOf(request: FastifyRequest): Caller | undefined {
    if (this.none) return ANONYMOUS;
    const key = presentedKey(request);
    return key === undefined ? undefined : this.#find(key);
  }

  #find(key: string): Caller | undefined {
    const digest = digestOf(key);
    let found: Caller | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry.caller;
    return found;
  }
}

/**
 * `Authorization: Bearer …` or `X-API-Key`; else, as older clients send it, `Authorization` with nothing but the key, or
 * `?token=` where a browser cannot send headers.
 */
function presentedKey({ headers, query }: FastifyRequest): string | undefined {
  const [, bearer, key] = /^(Bearer\s+)?(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const header = headers['x-api-key'];
  const token = (query as Readonly<Record<string, unknown>> | undefined)?.['token'];
  const presented = [bearer && key, header, key, token];
  return presented.find((each): each is string => typeof each === 'string' && each !== '');
}

/** So that no route takes the key for one of its own parameters. */
export function forgetPresentedKey({ query }: FastifyRequest): void {
  if (typeof query === 'object' && query !== null) delete (query as Record<string, unknown>)['token'];
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
