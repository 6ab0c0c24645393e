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

  async run({ lanes, room, limit }: LookAsk): Promise<Look> {
    const now = Date.now();
    const queues = bandsOf(lanes.map(({ lane }) => lane)).map(queueName);
    const rows = await this.database.query<QueueLookRow>(LOOK_AT_BANDS, [queues, now]);
    for (const { queue, head } of rows) if (head) await this.tags.observe(queue, head);
    const byQueue = new Map(rows.map((row) => [row.queue, row]));
    const looks = this.#lanes(lanes, this.#room(lanes, room, limit), now, byQueue);
    const dueMs = rows.map(({ next_due }) => Math.max(0, (next_due ?? Infinity) - now));
    const nextDueMs = Math.min(...dueMs, ...looks.map(({ granted }) => granted.heldMs ?? Infinity));
    return { lanes: looks, nextDueMs: Number.isFinite(nextDueMs) ? nextDueMs : undefined };
  }

  /** So many slots may be won over all lanes. */
  #room(lanes: readonly LaneAsk[], room: number, limit: number): number {
    if (limit === 0) return room;
    const held = lanes.reduce((sum, { lane }) => sum + this.slots.heldNow(lane), 0);
    return Math.max(0, Math.min(room, limit - held));
  }

  #lanes(
    lanes: readonly LaneAsk[],
    room: number,
    now: number,
    rows: ReadonlyMap<string, QueueLookRow>,
  ): LaneLook[] {
    const all = lanes.map((ask) => ({ ask, bands: this.#bandsOf(ask.lane, now, rows) }));
    let urgent = all.reduce((sum, { ask, bands }) => sum + this.#urgent(ask, bands), 0);
    let left = room;
    return all.map(({ ask, bands }) => {
      urgent -= this.#urgent(ask, bands);
      const granted = this.#grant(ask, bands, left, urgent);
      left -= granted.realtime.length + granted.others.length;
      return { lane: ask.lane, bands, granted, pausedMs: this.slots.pausedMs(ask.lane) };
    });
  }

  #bandsOf(lane: string, now: number, rows: ReadonlyMap<string, QueueLookRow>): Bands {
    const looks = PRIORITIES.map((priority) => {
      const row = rows.get(queueName({ lane, priority }));
      return [priority, { ready: row?.ready ?? 0, headWaitMs: waitOf(row, now) }] as const;
    });
    return Object.fromEntries(looks) as Bands;
  }

  /** What realtime can start on a lane comes before the other bands of all lanes. */
  #urgent({ lane, limit, most, open }: LaneAsk, { realtime }: Bands): number {
    if (!open.includes('realtime') || this.slots.pausedMs(lane) > 0) return 0;
    return Math.max(0, Math.min(realtime.ready, most, limit - this.slots.heldNow(lane)));
  }

  #grant(ask: LaneAsk, bands: Bands, room: number, urgentElsewhere: number): Granted {
    const { lane, limit, reserved, most, open, spread } = ask;
    const ready = (priority: Priority) => (open.includes(priority) ? bands[priority].ready : 0);
    const wanted = Math.min(most, room);
    const realtime = Math.min(wanted, ready('realtime'));
    const rest = Math.max(0, Math.min(wanted - realtime, room - realtime - urgentElsewhere));
    const others = Math.min(rest, ready('high') + ready('normal') + ready('low'));
    const slots = { limit, reserved, realtime, others };
    return this.slots.acquireNow(lane, spread ? { ...slots, spread } : slots);
  }
}

function waitOf(row: QueueLookRow | undefined, now: number): number | undefined {
  return row?.since == null ? undefined : Math.max(0, now - row.since);
}
