import { type Orders } from './planning-state.js';

/** What an operator has ordered, until when (epoch ms; null: until it is taken back). */
export interface StandingOrders {
  readonly slots: Readonly<Record<string, { readonly slots: number; readonly untilMs: number | null }>>;
  readonly frozen: { readonly untilMs: number | null } | null;
}

export const NO_STANDING_ORDERS: StandingOrders = { slots: {}, frozen: null };

/** One change by an operator; what it does not name stays as it is. */
export interface OrderChange {
  /** By lane; null takes the order of a lane back, or of all lanes. */
  readonly slots?: Readonly<Record<string, number | null>> | null | undefined;
  readonly frozen?: boolean | undefined;
  /** The new orders end after this long. */
  readonly forMs?: number | undefined;
}

/** What holds at this moment. */
export function inForceAt({ slots, frozen }: StandingOrders, nowMs: number): Orders {
  const holds = ({ untilMs }: { untilMs: number | null }) => untilMs === null || untilMs > nowMs;
  const lanes = Object.entries(slots).filter(([, order]) => holds(order));
  return {
    slots: Object.fromEntries(lanes.map(([lane, order]) => [lane, order.slots])),
    frozen: frozen !== null && holds(frozen),
  };
}

export function changed(
  before: StandingOrders,
  { slots, frozen, forMs }: OrderChange,
  nowMs: number,
): StandingOrders {
  const untilMs = forMs === undefined ? null : nowMs + forMs;
  const still = slots === null ? {} : before.slots;
  const ordered = Object.entries(slots ?? {}).map(([lane, count]) => [
    lane,
    count === null ? null : { slots: count, untilMs },
  ]);
  const merged = Object.entries({ ...still, ...Object.fromEntries(ordered) }) as [string, Entry | null][];
  return {
    slots: Object.fromEntries(merged.filter((entry): entry is [string, Entry] => entry[1] !== null)),
    frozen: frozen === undefined ? before.frozen : frozen ? { untilMs } : null,
  };
}

type Entry = StandingOrders['slots'][string];
