import { type Allocate, AppError } from '#contracts';
import { type Supply } from './allocation-ledger.js';

/** When to ask again, in ms: soon where somebody may release, later where a resource has to come first. */
const SOONEST = 1_000;
const LATEST = 5_000;
const WITHOUT_RESOURCE = 30_000;

/** Why there is nothing for a request, and when it may be worth asking again. */
export function refusalOf({ model_type: type }: Allocate, supply: Supply): AppError {
  const retryAfterMs =
    supply.online === 0
      ? WITHOUT_RESOURCE
      : Math.min(Math.max(Math.ceil(supply.free_in_ms ?? SOONEST), SOONEST), LATEST);
  return new AppError('capacity_exceeded', reasonOf(type, supply), { retryAfterMs });
}

function reasonOf(type: string, { of_type, able, online }: Supply): string {
  if (of_type === 0) return `No resource of the type ${type} is registered`;
  if (able === 0)
    return `No resource of the type ${type} has all of these capabilities and this much capacity`;
  if (online === 0) return `Every resource of the type ${type} that could serve this is offline`;
  return `Every resource of the type ${type} that could serve this is in use, or kept for a request that waits; ask again later, or with \`wait\``;
}
