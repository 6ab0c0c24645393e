import { AppError, type Capacity, MAX_RESOURCE_SLOTS, type RegisterResource } from '#contracts';

export interface Share {
  /** Whose slots it brings; null: nobody's. */
  readonly lane: string | null;
  readonly capacity: Capacity;
}

/**
 * Which slots a new resource brings to which lane. Clients that know no such fields say it in the metadata, where
 * `provider` may also mean something else: there it counts only beside `slots`, and only if it is one of ours.
 */
export function slotsOf({ provider, capacity, metadata }: RegisterResource, lanes: readonly string[]): Share {
  const slots = capacity.slots ?? wholeSlots(metadata['slots']);
  if (provider) {
    requireLane(provider, lanes);
    if (slots === undefined) throw missingSlots(provider);
    return { lane: provider, capacity: { ...capacity, slots } };
  }
  const lane = lanes.find((name) => name === metadata['provider']);
  if (slots === undefined || lane === undefined) return { lane: null, capacity };
  return { lane, capacity: { ...capacity, slots } };
}

export function requireLane(provider: string, lanes: readonly string[]): void {
  if (lanes.includes(provider)) return;
  const message = `must be one of ${lanes.join(', ')}`;
  throw new AppError('provider_unknown', `provider: ${message}`, {
    fields: [{ field: 'provider', message }],
  });
}

function missingSlots(provider: string): AppError {
  const message = `must say how many calls at once it adds to ${provider}`;
  const field = 'capacity.slots';
  return new AppError('invalid_request', `${field}: ${message}`, { fields: [{ field, message }] });
}

function wholeSlots(value: unknown): number | undefined {
  const isWhole = typeof value === 'number' && Number.isInteger(value);
  return isWhole && value >= 0 && value <= MAX_RESOURCE_SLOTS ? value : undefined;
}
