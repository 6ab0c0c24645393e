import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';
import { type AuthSettings } from '#config';
import { type Caller, DEFAULT_TENANT, SCOPES } from '#contracts';

/** Every caller while no keys are configured. */
const ANONYMOUS: Caller = { tenantId: DEFAULT_TENANT, keyName: 'anonymous', scopes: SCOPES };

/** A request, over HTTP or for a WebSocket. */
export interface WithHeaders {
  readonly headers: IncomingHttpHeaders;
}

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

  /** Undefined: there is no valid key. A `token` is a key from elsewhere than the headers. */
  callerOf({ headers }: WithHeaders, token?: string): Caller | undefined {
    if (this.none) return ANONYMOUS;
    const key = presentedKey(headers) ?? token;
    return key === undefined ? undefined : this.#find(key);
  }

  #find(key: string): Caller | undefined {
    const digest = digestOf(key);
    let found: Caller | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry.caller;
    return found;
  }
}

/** `Authorization: Bearer …` or `X-API-Key`; else, as older clients send it, `Authorization` with nothing but the key. */
function presentedKey(headers: IncomingHttpHeaders): string | undefined {
  const [, bearer, key] = /^(Bearer\s+)?(\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const presented = [bearer && key, headers['x-api-key'], key];
  return presented.find((each): each is string => typeof each === 'string' && each !== '');
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
