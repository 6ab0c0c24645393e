import { type Priority } from '#contracts';
import { type Database } from '#database';
import { type Handover } from './handover.js';
import { toPriorityName } from './rows.js';
import * as sql from './sql/small-statements.js';

/** What the schedule must know of a message. */
export interface Schedulable {
  readonly id: string;
  readonly lane: string;
  readonly priority: Priority;
  readonly tenantId: string;
  readonly userId: string;
  readonly taskType: string | null;
  /** Estimated tokens. */
  readonly cost: number;
  /** Epoch ms from when on it could have started: what it waits is counted from here. */
  readonly sinceMs: number;
  /** Not before this much time has passed. */
  readonly delayMs: number;
  /** How often it was claimed. */
  readonly attempt: number;
  /** Undefined: it is alone on its way. */
  readonly handover?: Handover | undefined;
}

/** A job that nobody needs any more. */
export interface LeftOver {
  readonly id: string;
  readonly attempt: number;
  readonly lane: string;
  readonly priority: Priority;
}

export interface TurnsAhead extends Record<string, unknown> {
  /** Open turns before it. */
  readonly ahead: number;
  /** A failed turn keeps it from starting, until somebody decides what becomes of that one. */
  readonly blocked: boolean;
}

interface ScheduleRow extends Record<string, unknown> {
  readonly id: string;
  readonly lane: string;
  readonly priority: number;
  readonly tenant_id: string;
  readonly user_id: string;
  readonly task_type: string | null;
  readonly cost: number;
  readonly attempt: number;
  readonly since_ms: number;
  readonly delay_ms: number | null;
}

/** What the ledger knows of the schedule: which messages are in it, which should be, and whose turn it is. */
export class ScheduleLedger {
  constructor(private readonly database: Database) {}

  /** They are in the schedule. */
  async enqueued(messages: readonly Pick<Schedulable, 'id' | 'handover'>[]): Promise<void> {
    const over = messages.flatMap(({ handover }) => (handover?.arrive() ? [handover.id] : []));
    const alone = messages.filter(({ handover }) => !handover).map(({ id }) => id);
    await Promise.all([
      over.length > 0 && this.database.query(sql.END_HANDOVERS, [over]),
      alone.length > 0 && this.markEnqueued(alone),
    ]);
  }

  async markEnqueued(ids: readonly string[]): Promise<void> {
    await this.database.query(sql.MARK_ENQUEUED, [ids]);
  }

  /** Of these messages those that may be scheduled now. */
  async heads(ids: readonly string[]): Promise<Schedulable[]> {
    return (await this.database.query<ScheduleRow>(sql.SELECT_HEADS, [ids])).map(toSchedulable);
  }

  /** The message that comes next in a conversation, once the one before it has ended. */
  async nextTurn(conversationId: string): Promise<Schedulable | undefined> {
    const [row] = await this.database.query<ScheduleRow>(sql.SELECT_NEXT_TURN, [conversationId]);
    return row && toSchedulable(row);
  }

  /** What a turn of a conversation still waits for. */
  async turnsAhead(conversationId: string, turn: number, id: string): Promise<TurnsAhead> {
    const [row] = await this.database.query<TurnsAhead>(sql.SELECT_TURNS_AHEAD, [conversationId, turn, id]);
    return row!;
  }

  /** What should be in the schedule and may not be. */
  async unscheduled(graceMs: number, limit: number): Promise<(Schedulable & { reason: string })[]> {
    const bounds = [graceMs, limit];
    for (;;) {
      const givenUp = await this.database.query(sql.GIVE_UP_HANDOVERS, bounds);
      const rows = await this.database.query<ScheduleRow & { reason: string }>(
        sql.SELECT_UNSCHEDULED,
        bounds,
      );
      // Of a handover that nobody has ended, all messages may have run: then the next ones are looked at.
      if (givenUp.length === 0 || rows.length >= limit)
        return rows.map((row) => ({ ...toSchedulable(row), reason: row.reason }));
    }
  }

  /** Gives messages that are due within `aheadMs` their turn; answers with their ids. */
  async releaseDue(aheadMs: number, limit: number): Promise<string[]> {
    const rows = await this.database.query<{ id: string }>(sql.RELEASE_DUE, [aheadMs, limit]);
    return rows.map(({ id }) => id);
  }

  /**
   * Sends at most so many messages that wait for a lane on to their first targets whose lanes are not closed; answers with
   * where their old jobs lie.
   */
  async divertWaiting(lane: string, closed: readonly string[], limit: number): Promise<LeftOver[]> {
    const rows = await this.database.query<{ id: string; attempt: number; priority: number }>(
      sql.DIVERT_WAITING,
      [lane, closed, limit],
    );
    return rows.map(({ id, attempt, priority }) => ({
      id,
      attempt,
      lane,
      priority: toPriorityName(priority),
    }));
  }

  /** How many messages now wait to be enqueued again. */
  async forgetEnqueued(): Promise<number> {
    return (await this.database.query(sql.FORGET_ENQUEUED)).length;
  }
}

export function toSchedulable(row: Readonly<Record<string, unknown>>): Schedulable {
  const found = row as unknown as ScheduleRow;
  return {
    id: found.id,
    lane: found.lane,
    priority: toPriorityName(found.priority),
    tenantId: found.tenant_id,
    userId: found.user_id,
    taskType: found.task_type,
    cost: found.cost,
    sinceMs: found.since_ms,
    delayMs: Math.round(found.delay_ms ?? 0),
    attempt: found.attempt,
  };
}
