/** Why a lane has the slots that it has. */
export const REASONS = [
  'start',
  'load_rose',
  'load_fell',
  'steady',
  'at_ceiling',
  'turned_away',
  'upstream_paused',
  'day_floor',
  'configured',
  'metrics_stale',
  'safe_default',
  'frozen',
  'override',
] as const;

export type Reason = (typeof REASONS)[number];

/** What a sentence about a decision can say. */
export interface Circumstances {
  readonly slots: number;
  readonly ceiling: number;
  readonly wish: number;
  readonly arrivals: number;
  readonly heldMs: number | null;
  readonly waiting: number;
}

const SENTENCES: Record<Reason, (facts: Circumstances) => string> = {
  start: ({ slots }) => `The lane is new and starts with ${slots} slots.`,
  load_rose: (facts) => `${loadOf(facts)}, so the slots rise to ${facts.slots}.`,
  load_fell: (facts) => `${loadOf(facts)}, so the slots fall to ${facts.slots}.`,
  steady: (facts) => `${loadOf(facts)}; ${facts.slots} slots are right.`,
  at_ceiling: (facts) => `${loadOf(facts)}, but no more than ${facts.ceiling} may run.`,
  turned_away: ({ ceiling }) => `The upstream turned calls away; it gets at most ${ceiling} at once.`,
  upstream_paused: () => 'The upstream asked to wait (Retry-After); the slots stay.',
  day_floor: ({ slots }) => `At this time of day there are at least ${slots} slots.`,
  configured: ({ slots }) => `The strategy is static: ${slots} slots, as the provider is configured.`,
  metrics_stale: ({ slots }) => `Nothing new was heard from the workers; the ${slots} slots stay.`,
  safe_default: ({ slots }) =>
    `Nothing was heard from the workers for long; ${slots} slots are the safe default.`,
  frozen: ({ slots }) => `The plan is frozen by an operator at ${slots} slots.`,
  override: ({ slots }) => `An operator has set ${slots} slots.`,
};

export function explain(reason: Reason, facts: Circumstances): string {
  return SENTENCES[reason](facts);
}

function loadOf({ arrivals, heldMs, waiting, wish }: Circumstances): string {
  const held = heldMs === null ? 'an unknown time' : `${(heldMs / 1_000).toFixed(1)} s`;
  const rate = `${Math.max(0, arrivals).toFixed(1)} messages/s of ${held} each`;
  return `${rate} and ${waiting} waiting ask for ${Math.ceil(wish)} slots`;
}
