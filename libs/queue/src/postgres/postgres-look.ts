import { PRIORITIES, type Priority } from '#contracts';
import { type Database } from '#database';
import { type Granted, type MemorySlots } from '#limits';
import { queueName } from '../bull-backend.js';
import { bandsOf } from '../bull-bands.js';
import { type BandLook, type LaneAsk, type LaneLook, type Look, type LookAsk } from '../job-queue.js';
import { LOOK_AT_BANDS, type QueueLookRow } from './look-at-bands.js';
import { type MemoryFairTags } from './memory-fair-tags.js';

type Bands = Record<Priority, BandLook>;

/** One look at the schedule in the ledger's database, and the slots in memory that it won. */
export class PostgresLook {
  constructor(
    private readonly database: Database,
    private readonly slots: MemorySlots,
    private readonly tags: MemoryFairTags,
  ) {}

  async run({ lanes, room }: LookAsk): Promise<Look> {
    const now = Date.now();
    const queues = bandsOf(lanes.map(({ lane }) => lane)).map(queueName);
    const rows = await this.database.query<QueueLookRow>(LOOK_AT_BANDS, [queues, now]);
    for (const { queue, head } of rows) if (head) await this.tags.observe(queue, head);
    const byQueue = new Map(rows.map((row) => [row.queue, row]));
    const looks = this.#lanes(lanes, room, now, byQueue);
    const dueMs = rows.map(({ next_due }) => Math.max(0, (next_due ?? Infinity) - now));
    const nextDueMs = Math.min(...dueMs, ...looks.map(({ granted }) => granted.heldMs ?? Infinity));
    return { lanes: looks, nextDueMs: Number.isFinite(nextDueMs) ? nextDueMs : undefined };
  }

  #lanes(
    lanes: readonly LaneAsk[],
    room: number,
    now: number,
    rows: ReadonlyMap<string, QueueLookRow>,
  ): LaneLook[] {
    let left = room;
    return lanes.map((ask) => {
      const looks = PRIORITIES.map((priority) => {
        const row = rows.get(queueName({ lane: ask.lane, priority }));
        return [priority, { ready: row?.ready ?? 0, headWaitMs: waitOf(row, now) }] as const;
      });
      const bands = Object.fromEntries(looks) as Bands;
      const granted = this.#grant(ask, bands, left);
      left -= granted.realtime.length + granted.others.length;
      return { lane: ask.lane, bands, granted, pausedMs: this.slots.pausedMs(ask.lane) };
    });
  }

  #grant({ lane, limit, reserved, most, open, spread }: LaneAsk, bands: Bands, room: number): Granted {
    const ready = (priority: Priority) => (open.includes(priority) ? bands[priority].ready : 0);
    const wanted = Math.min(most, room);
    const realtime = Math.min(wanted, ready('realtime'));
    const others = Math.min(wanted - realtime, ready('high') + ready('normal') + ready('low'));
    const ask = { limit, reserved, realtime, others };
    return this.slots.acquireNow(lane, spread ? { ...ask, spread } : ask);
  }
}

function waitOf(row: QueueLookRow | undefined, now: number): number | undefined {
  return row?.since == null ? undefined : Math.max(0, now - row.since);
}
