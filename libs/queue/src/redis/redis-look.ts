import { PRIORITIES, type Priority } from '#contracts';
import { type Granted, NOTHING, type RedisSlots, slotKeys, spreadArgs } from '#limits';
import { type RedisConnections } from '#redis';
import { type TagRange } from '../fair/range.js';
import {
  type Band,
  type BandLook,
  type LaneAsk,
  type LaneLook,
  type Look,
  type LookAsk,
} from '../job-queue.js';
import { laneKeys } from './band-keys.js';
import { LOOK } from './look.lua.js';

const NUMBERS_PER_BAND = 3;
const NUMBERS_PER_LANE = 3 + PRIORITIES.length * NUMBERS_PER_BAND;

/** One look at the schedule in Redis, and the slots that it won. */
export class RedisLook {
  constructor(
    private readonly connections: RedisConnections,
    private readonly slots: RedisSlots,
    private readonly processId: string,
    private readonly leaseMs: number,
    private readonly range: TagRange,
    /** A band runs out of numbers. */
    private readonly onFar: (band: Band) => void,
  ) {}

  async run({ lanes, room, limit }: LookAsk): Promise<Look> {
    const { connection, isQuiet } = this.slots;
    const able = isQuiet ? 0 : room;
    const seq = this.slots.number(room);
    const keys = lanes.flatMap(({ lane }) => this.#keys(lane));
    const { unit, max } = this.range;
    const args = [this.processId, seq, this.leaseMs, able, unit, max / 2, limit, ...lanes.flatMap(argsOf)];
    const numbers = await LOOK.run(this.connections.patient, keys, args);
    this.slots.observe(numbers.at(-2)!);
    const looks: LaneLook[] = [];
    let used = seq;
    for (const [i, { lane }] of lanes.entries()) {
      const mine = numbers.slice(i * NUMBERS_PER_LANE, (i + 1) * NUMBERS_PER_LANE);
      const granted = await this.#granted(connection, lane, used, [mine[0]!, mine[1]!]);
      used += mine[0]! + mine[1]!;
      looks.push({ lane, granted, pausedMs: mine[2]!, bands: this.#bands(lane, mine.slice(3)) });
    }
    const nextDueMs = numbers.at(-1)!;
    return { lanes: looks, nextDueMs: nextDueMs < 0 ? undefined : nextDueMs };
  }

  async #granted(since: number, lane: string, seq: number, counts: [number, number]): Promise<Granted> {
    if (counts[0] + counts[1] === 0) return NOTHING;
    return this.slots.unlessReconnected(since, lane, this.slots.hold(lane, seq, [...counts, 0]));
  }

  #bands(lane: string, numbers: readonly number[]): Record<Priority, BandLook> {
    const looks = PRIORITIES.map((priority, i) => {
      const [ready, waited, far] = numbers.slice(i * NUMBERS_PER_BAND);
      if (far === 1) this.onFar({ lane, priority });
      return [priority, { ready: ready!, headWaitMs: waited! < 0 ? undefined : waited }] as const;
    });
    return Object.fromEntries(looks) as Record<Priority, BandLook>;
  }

  #keys(lane: string): string[] {
    const { prefix } = this.connections;
    return [...laneKeys(prefix, lane), ...slotKeys(prefix, lane)];
  }
}

function argsOf(ask: LaneAsk): (string | number)[] {
  const open = PRIORITIES.map((priority) => (ask.open.includes(priority) ? 1 : 0)).join('');
  return [ask.limit, ask.reserved, ask.most, open, ...spreadArgs(ask)];
}
