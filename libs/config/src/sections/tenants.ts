import { z } from 'zod';
import { PRIORITIES } from '#contracts';
import { rateSchema } from '../rate.js';

const MAX_WEIGHT = 1_000;

const weight = z.number().positive().max(MAX_WEIGHT);

const amount = z.number().min(0).max(1_000_000_000);

/** Either may be missing: then there is no such limit. */
const budget = z.strictObject({ day: amount.optional(), month: amount.optional() });

const tenantSchema = z.strictObject({
  max_priority: z.enum(PRIORITIES).default('realtime'),
  weight: weight.default(1),
  user_weights: z.record(z.string().min(1).max(256), weight).default({}),
  rate: rateSchema.optional(),
  burst: z.number().int().min(0).max(10_000_000).default(0),
  concurrency: z.number().int().min(0).max(100_000).optional(),
  user_concurrency: z.number().int().min(0).max(100_000).optional(),
  budget: budget.optional(),
  user_budget: budget.optional(),
});

/** What is no JSON is left for the schema to refuse. */
function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

export const tenants = z
  .preprocess(
    parseJson,
    z.record(z.string().min(1).max(64), tenantSchema, 'must be a mapping, as JSON in the environment'),
  )
  .prefault({})
  .meta({
    env: 'TENANTS',
    description:
      'What tenants may do: `max_priority` is the best priority of their messages; `weight` and the `user_weights` of their users are shares of a busy system (more than 0, at most 1000, 1 by default); `rate` and `burst` hold for each of its API keys instead of `limits.key`; `concurrency` is how many of its messages run at once, `user_concurrency` how many of each of its users, instead of `queue.tenant_concurrency` and `queue.user_concurrency`; `budget` is what it may spend in a `day` and in a `month` (UTC), `user_budget` what each of its users may, in the currency whose unit is worth 1 in the provider files. In the environment as JSON: `{"acme": {"max_priority": "high", "weight": 2, "user_weights": {"ada": 5}}}`.',
  });

export type TenantEntry = z.output<typeof tenantSchema>;
export type Budget = z.output<typeof budget>;
