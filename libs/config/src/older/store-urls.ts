import { type UrlKey } from './older-key.js';

export type UrlParts = Partial<Record<UrlKey['part'], string>>;

const enc = encodeURIComponent;

/** The URL that the parts make; undefined without a host: then the embedded store is meant. */
export function urlOf(store: UrlKey['store'], parts: UrlParts): string | undefined {
  if (!parts.host) return undefined;
  return store === 'redis' ? redisUrl(parts) : databaseUrl(parts);
}

function databaseUrl({
  host,
  port = '5432',
  user = 'postgres',
  password,
  name = 'llm_queue',
  sslmode,
}: UrlParts) {
  const secret = password ? `:${enc(password)}` : '';
  const query = sslmode ? `?sslmode=${enc(sslmode)}` : '';
  return `postgres://${enc(user)}${secret}@${host}:${port}/${enc(name)}${query}`;
}

/** Here `host` has its port with it. */
function redisUrl({ host, password, name = '0' }: UrlParts) {
  return `redis://${password ? `:${enc(password)}@` : ''}${host}/${enc(name)}`;
}
