import { z } from 'zod';
import {
  byName,
  duration,
  fraction,
  list,
  mapping,
  must,
  name,
  number,
  oneOf,
  text,
  whole,
} from './fields.js';
import { routing } from './routing-schema.js';
import { AFFINITIES, BALANCING, CAPABILITIES, ENDPOINT_GROUPS, PROVIDER_KINDS } from '../spec.js';

const MANY = 1_000_000_000;

export const rateLimitFields = {
  requests_per_minute: whole({ min: 1, max: MANY }).optional(),
  requests_per_hour: whole({ min: 1, max: MANY }).optional(),
  requests_per_day: whole({ min: 1, max: MANY }).optional(),
  tokens_per_minute: whole({ min: 1, max: MANY }).optional(),
  concurrency: whole({ min: 1, max: 100_000 }).optional(),
};

const rateLimits = mapping(rateLimitFields);

const currency = z
  .string(must('a currency such as USD'))
  .regex(/^[A-Z]{3}$/, 'must be three capital letters, such as USD');

const amount = number({ min: 0, max: 1_000_000 });

const price = mapping(
  { currency, input: amount, output: amount, cached_input: amount.optional() },
  ' per million tokens, or the word free',
);

/** `free` is said, never assumed: a model whose price was forgotten would be the cheapest of all. */
const priceOrFree = z.preprocess(
  (value) => (value === 'free' ? null : (value ?? undefined)),
  z.nullable(price),
);

const modelFields = {
  capabilities: list(oneOf(CAPABILITIES), 'capabilities', CAPABILITIES.length).min(
    1,
    'must name at least one',
  ),
  context_window: whole({ min: 1, max: 100_000_000 }),
  max_output_tokens: whole({ min: 0, max: 100_000_000 }),
  price: priceOrFree,
  quality: fraction,
  speed: fraction,
};

const model = mapping({ id: text('the name that the provider gives it'), ...modelFields });

const secret = z.string(must('a key, or a variable such as ${OPENAI_API_KEY}')).max(100_000);

const keyEntry = mapping({
  secret,
  id: name.optional(),
  weight: number({ min: 0.001, max: 1_000 }).default(1),
  limits: rateLimits.default({}),
});

const key = z.preprocess((value) => (typeof value === 'string' ? { secret: value } : value), keyEntry);

const keys = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  list(key, 'keys', 100).default([]),
);

const aUrl = must('a URL that begins with http:// or https://');
const isHttp = (url: string) => /^https?:$/.test(URL.parse(url)?.protocol ?? '');

const endpoint = mapping({
  url: z.string(aUrl).max(2_048, aUrl).refine(isHttp, aUrl),
  id: name.optional(),
  weight: number({ min: 0, max: 1_000 }).default(1),
  max_connections: whole({ min: 1, max: 100_000 }).optional(),
  priority: whole({ min: 0, max: 1_000 }).default(0),
  group: oneOf(ENDPOINT_GROUPS).default('primary'),
});

const balancing = mapping({
  strategy: oneOf(BALANCING).default('weighted_round_robin'),
  affinity: oneOf(AFFINITIES).default('none'),
  affinity_timeout: duration('1s', '24h').default(30 * 60_000),
});

const timeouts = mapping({
  first_token: duration('100ms', '1h').default(60_000),
  idle: duration('100ms', '1h').default(30_000),
  total: duration('1s', '24h').default(3_600_000),
});

const variableNames = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  list(text('the name of a variable'), 'names of variables').min(1, 'must name a variable'),
);

const provider = mapping({
  name,
  kind: oneOf(PROVIDER_KINDS),
  /** Off whatever is set. */
  enabled: z.boolean(must('true or false')).default(true),
  enabled_by: variableNames.optional(),
  keys,
  endpoints: list(endpoint, 'endpoints', 100).default([]),
  default_model: text('one of its models'),
  max_concurrency: whole({ min: 1, max: 100_000 }).default(20),
  limits: rateLimits.default({}),
  balancing: balancing.prefault({}),
  timeouts: timeouts.prefault({}),
  models: list(model, 'models').default([]),
  /** What holds for the default model where the list does not know it. */
  unlisted: mapping(modelFields).optional(),
});

export const providersFileSchema = mapping({
  currencies: byName(currency, number({ min: 0.000001, max: 1_000_000 })).prefault({ USD: 1 }),
  providers: list(provider, 'providers', 100).min(1, 'must hold at least one provider'),
  routing: routing.prefault({}),
});

export type ProvidersFile = z.output<typeof providersFileSchema>;
export type ProviderEntry = z.output<typeof provider>;
export type ModelEntry = z.output<typeof model>;
export type KeyEntry = z.output<typeof keyEntry>;
export type RateLimitsEntry = z.output<typeof rateLimits>;
