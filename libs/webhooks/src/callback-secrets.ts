import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { type WebhookSettings } from '#config';
import { type Callback } from '#contracts';

const ALGORITHM = 'aes-256-gcm';
const FORM = 'v1';
const IV_BYTES = 12;
const TAG_BYTES = 16;

type Secrets = Pick<Callback, 'token' | 'headers'>;

interface Key {
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Encrypts what only the receiver of a callback may know before it goes into the ledger. The first key of
 * `webhooks.encryption_keys` encrypts, each of them decrypts, so that keys can be changed; without keys nothing is encrypted.
 * What was encrypted for one URL cannot be sent to another one.
 */
export class CallbackSecrets {
  readonly #keys: readonly Key[];

  constructor({ value }: WebhookSettings) {
    this.#keys = value.encryption_keys.map((key) => keyOf(Buffer.from(key, 'base64')));
  }

  seal(callback: Callback): Callback {
    const { url, token, headers } = callback;
    const [key] = this.#keys;
    if (!key || (token === undefined && headers === undefined)) return callback;
    const text = encrypt(key, { token, headers }, url);
    return { url, sealed: { text, hasToken: token !== undefined, headerNames: Object.keys(headers ?? {}) } };
  }

  /** Undefined: the key is not there any more, or somebody has changed what lies in the ledger. */
  open<C extends Callback>(callback: C): C | undefined {
    const { sealed, ...open } = callback;
    if (!sealed) return callback;
    const [form, id, data] = sealed.text.split('.');
    const key = this.#keys.find((each) => each.id === id);
    if (form !== FORM || !key || data === undefined) return undefined;
    try {
      return { ...open, ...decrypt(key, Buffer.from(data, 'base64url'), callback.url) } as C;
    } catch {
      return undefined;
    }
  }
}

function encrypt({ id, bytes }: Key, secrets: Secrets, url: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, bytes, iv).setAAD(Buffer.from(url));
  const data = [iv, cipher.update(JSON.stringify(secrets)), cipher.final(), cipher.getAuthTag()];
  return `${FORM}.${id}.${Buffer.concat(data).toString('base64url')}`;
}

/** @throws when a single bit has changed */
function decrypt({ bytes }: Key, data: Buffer, url: string): Secrets {
  const decipher = createDecipheriv(ALGORITHM, bytes, data.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(url))
    .setAuthTag(data.subarray(-TAG_BYTES));
  const text = Buffer.concat([decipher.update(data.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  return JSON.parse(text.toString('utf8')) as Secrets;
}

/** Its id tells it from others without telling what it is. */
function keyOf(bytes: Buffer): Key {
  return { id: createHash('sha256').update(bytes).digest('hex').slice(0, 8), bytes };
}
