import { createHash, timingSafeEqual } from 'node:crypto';
import { type AuthSettings } from '#config';
import { type Caller } from '#contracts';

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

  find(key: string): Caller | undefined {
    const digest = digestOf(key);
    let found: Caller | undefined;
    for (const entry of this.#entries) if (timingSafeEqual(entry.digest, digest)) found = entry.caller;
    return found;
  }
}

function digestOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
