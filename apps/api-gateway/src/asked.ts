import { createHash } from 'node:crypto';
import { type FastifyRequest } from 'fastify';
import { AppError } from '#contracts';
import { BoundedMap, spanOf } from '#runtime';
import { networkOf } from '#sockets';
import { type Asked, fingerprintOf, type RepeatMark, UNMARKED } from '#walk';

/** 60 bits. */
const CLIENT_LENGTH = 10;

/** A batch asks a thousand times for the same one, and so does a busy client. */
const clients = new BoundedMap<string, string>(10_000);

const KEY = 'idempotency-key';
const VISIBLE = /^[\x21-\x7e]{1,255}$/;

/** Sent by the client libraries that OpenAI and others publish: how often this request was repeated. */
const RETRY_COUNT = 'x-stainless-retry-count';

/**
 * How a request came: its id, and whether it repeats another one. `path` and `body` are what makes two requests equal;
 * the path is given, since a URL can be written in several ways.
 */
export function askedOf(request: FastifyRequest, path: string, body: unknown): Asked {
  const repeat = markOf(request, path, body);
  return { requestId: request.id, repeat, client: clientOf(request.ip), span: spanOf(request) };
}

/** Of a request with many items: each as if it had come by itself, under a key of its own. */
export function askedOfItem(request: FastifyRequest, path: string, index: number, item: unknown): Asked {
  const { repeat, ...asked } = askedOf(request, `${path}#${index}`, item);
  return { ...asked, repeat: { ...repeat, key: repeat.key && `${repeat.key}#${index}` } };
}

/** The same for every request from a network, and no address: it is stored with the message. */
export function clientOf(address: string): string {
  const known = clients.get(address);
  if (known !== undefined) return known;
  const client = createHash('sha256').update(networkOf(address)).digest('base64url').slice(0, CLIENT_LENGTH);
  clients.set(address, client);
  return client;
}

/** Only a request that may be repeated pays for a fingerprint. */
function markOf({ headers }: FastifyRequest, path: string, body: unknown): RepeatMark {
  const key = headers[KEY];
  const retryCount = headers[RETRY_COUNT];
  if (key === undefined && retryCount === undefined) return UNMARKED;
  return {
    key: key === undefined ? null : keyFrom(key),
    fingerprint: fingerprintOf(path, body),
    isRetry: Number(retryCount) > 0,
  };
}

function keyFrom(value: string | string[]): string {
  if (typeof value === 'string' && VISIBLE.test(value)) return value;
  const message = 'must be 1 to 255 visible ASCII characters, without spaces';
  throw new AppError('invalid_request', `${KEY}: ${message}`, { fields: [{ field: KEY, message }] });
}
