import { type Endpoint } from './endpoint.js';
import { type Key } from './key.js';
import { type PickReason, type PickRequest } from './pick.js';
import { type PulseBoard } from './pulse-board.js';

/** What a provider is made of. */
export interface Members {
  readonly name: string;
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  readonly keys: ReadonlyMap<string, Key>;
  readonly others: PulseBoard;
}

/** The endpoints that can be called now, each with the keys that it can be called with. */
export type Ready = ReadonlyMap<Endpoint, readonly Key[]>;

type Exclude = PickRequest['exclude'];

/** Backups are asked only when no primary can be called. */
const GROUPS = ['primary', 'backup'] as const;

/** Nothing stands against it but the caller. */
const EXCLUDED = { reason: 'excluded', retryAfterMs: 0 } as const;

/** What is ready of the first group in which anything is; the reasons say why everything else is not. */
export function readyNow(members: Members, exclude: Exclude, now: number, reasons: PickReason[]): Ready {
  const ready = new Map<Endpoint, readonly Key[]>();
  for (const group of GROUPS) {
    for (const endpoint of members.endpoints.values()) {
      if (endpoint.spec.group !== group) continue;
      const keys = keysFor(endpoint, members, exclude, now, reasons);
      if (keys.length > 0) ready.set(endpoint, keys);
    }
    if (ready.size > 0) return ready;
  }
  return ready;
}

/** How many calls may begin now, all together. */
export function roomIn(ready: Ready, { name, others }: Members, now: number): number {
  let room = 0;
  for (const [endpoint, keys] of ready) {
    const { id } = endpoint;
    const withKeys = keys.map((key) => key.room(id, now, others.withKey(name, key.id)));
    const all = withKeys.reduce((sum, each) => sum + each, 0);
    room += Math.min(endpoint.room(now, others.onEndpoint(name, id)), all);
  }
  return room;
}

/** The keys with which an endpoint can be called now; none: the reasons say why. */
function keysFor(
  endpoint: Endpoint,
  { name, keys, others }: Members,
  exclude: Exclude,
  now: number,
  reasons: PickReason[],
): Key[] {
  const { id } = endpoint;
  const isExcluded = exclude?.endpoints?.includes(id) === true;
  const hindrance = isExcluded ? EXCLUDED : endpoint.hindrance(now, others.onEndpoint(name, id));
  if (hindrance) reasons.push({ endpoint: id, ...hindrance });
  if (hindrance) return [];
  const [free, blocked]: [Key[], PickReason[]] = [[], []];
  for (const key of keys.values()) {
    const isOut = exclude?.keys?.includes(key.id) === true;
    const why = isOut ? EXCLUDED : key.hindrance(id, now, others.withKey(name, key.id));
    if (why) blocked.push({ endpoint: id, ...(key.spec && { key: key.id }), ...why });
    else free.push(key);
  }
  if (free.length === 0) reasons.push(...blocked);
  return free;
}
