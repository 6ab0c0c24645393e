import { createHash } from 'node:crypto';
import { defined } from './fields.js';
import {
  type KeyEntry,
  type ModelEntry,
  type ProviderEntry,
  type RateLimitsEntry,
} from './providers-schema.js';
import {
  type EndpointSpec,
  type KeySpec,
  type ModelSpec,
  type ProviderSpec,
  type RateLimits,
} from '../spec.js';

/** A provider as the rest of the system knows it, from what the file says of it. */
export function buildProvider(entry: ProviderEntry): ProviderSpec {
  const { affinity_timeout, ...balancing } = entry.balancing;
  const { first_token, idle, total } = entry.timeouts;
  return {
    name: entry.name,
    kind: entry.kind,
    endpoints: endpointsOf(entry).map((endpoint, i) => buildEndpoint(entry, endpoint, i)),
    keys: buildKeys(entry),
    models: buildModels(entry),
    defaultModel: entry.default_model,
    maxConcurrency: entry.max_concurrency,
    limits: buildLimits(entry.limits),
    balancing: { ...balancing, affinityTimeoutMs: affinity_timeout },
    timeouts: { firstTokenMs: first_token, idleMs: idle, totalMs: total },
  };
}

/** The simulator runs in the process that calls it: one endpoint, which is no address. */
function endpointsOf({ kind, endpoints }: ProviderEntry): ProviderEntry['endpoints'] {
  if (kind !== 'simulator' || endpoints.length > 0) return endpoints;
  return [{ id: 'simulator', url: 'simulator:', weight: 1, priority: 0, group: 'primary' }];
}

function buildEndpoint(
  { name }: ProviderEntry,
  { max_connections, id, ...rest }: ProviderEntry['endpoints'][number],
  index: number,
): EndpointSpec {
  return { ...rest, id: id ?? `${name}-${index + 1}`, maxConnections: max_connections ?? 0 };
}

/** A variable may hold several keys; one that comes twice counts once, one that is not set not at all. */
export function buildKeys({ name, keys }: ProviderEntry): KeySpec[] {
  const all = keys.flatMap((entry) => splitKey(name, entry));
  return all.filter(({ secret }, i) => all.findIndex((other) => other.secret === secret) === i);
}

function splitKey(provider: string, { secret, id, weight, limits }: KeyEntry): KeySpec[] {
  const secrets = secret
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const rest = { weight, limits: buildLimits(limits) };
  if (secrets.length === 1 && id !== undefined) return [{ id, secret: secrets[0]!, ...rest }];
  return secrets.map((each) => ({ id: `${id ?? provider}-${markOf(each)}`, secret: each, ...rest }));
}

/** Tells keys apart without telling anything of them. */
function markOf(secret: string): string {
  return createHash('sha256').update(`llmq key ${secret}`).digest('hex').slice(0, 6);
}

function buildModels({ models, unlisted, default_model }: ProviderEntry): ModelSpec[] {
  const listed = models.map(buildModel);
  if (!unlisted || listed.some(({ id }) => id === default_model)) return listed;
  return [buildModel({ id: default_model, ...unlisted }), ...listed];
}

function buildModel({
  id,
  capabilities,
  context_window,
  max_output_tokens,
  price,
  ...rest
}: ModelEntry): ModelSpec {
  return {
    id,
    capabilities,
    contextWindow: context_window,
    maxOutputTokens: max_output_tokens,
    price: price && {
      currency: price.currency,
      input: price.input,
      output: price.output,
      ...defined({ cachedInput: price.cached_input }),
    },
    ...rest,
  };
}

export function buildLimits(entry: RateLimitsEntry): RateLimits {
  return defined({
    requestsPerMinute: entry.requests_per_minute,
    requestsPerHour: entry.requests_per_hour,
    requestsPerDay: entry.requests_per_day,
    tokensPerMinute: entry.tokens_per_minute,
    concurrency: entry.concurrency,
  });
}
