import {
  type Failure,
  type Message,
  type MessageStatus,
  type Metadata,
  type Priority,
  priorityNumber,
} from '#contracts';
import { type Database } from '#database';
import { entityOf, toMessage, toPriorityName } from './rows.js';
import * as sql from './sql/transition-statements.js';

/** Which message, and which worker of somebody else means it. */
export interface OutsideWorker {
  readonly tenantId: string;
  readonly id: string;
  readonly workerId: string;
}

/** What a claim or a renewal changes. */
export interface OutsideLease {
  readonly leaseMs: number;
  readonly metadata: Metadata;
  /** Only if this is still the current one; undefined: whichever is. */
  readonly attempt?: number | undefined;
}

/** A message that belongs to a worker of somebody else, and until when. */
export interface Held {
  readonly message: Message;
  readonly leaseUntil: Date;
  readonly cancelRequested: boolean;
}

/** Where a message stands, for an answer that says why something could not be done. */
export interface Standing {
  readonly status: MessageStatus;
  readonly attempt: number;
  readonly workerId: string | null;
  readonly cancelRequested: boolean;
  /** A worker has it now. */
  readonly leased: boolean;
  readonly expired: boolean;
  /** No earlier turn of its conversation has to come first. */
  readonly isHead: boolean;
}

/** A message that has ended, as far as the rest of the system must know it. */
export type EndedMessage = Pick<
  Message,
  'id' | 'tenantId' | 'userId' | 'conversationId' | 'priority' | 'lane' | 'attempt' | 'options'
>;

/** The steps of a message's life that clients and time take; those of our own workers are in MessageLedger. */
export class MessageTransitions {
  constructor(private readonly database: Database) {}

  /** Undefined when it cannot be claimed now; `standing` says why. */
  claim(worker: OutsideWorker, { leaseMs, metadata }: OutsideLease): Promise<Held | undefined> {
    return this.#held(sql.CLAIM_OUTSIDE, worker, [leaseMs, JSON.stringify(metadata)]);
  }

  /** Undefined when the message is not this worker's. */
  hold(worker: OutsideWorker, { leaseMs, metadata, attempt }: OutsideLease): Promise<Held | undefined> {
    return this.#held(sql.HOLD_OUTSIDE, worker, [leaseMs, JSON.stringify(metadata), attempt ?? null]);
  }

  /** False when the attempt is no longer the current one, or somebody wants it cancelled. */
  async giveBack(id: string, attempt: number): Promise<boolean> {
    return (await this.database.query(sql.GIVE_BACK, [id, attempt])).length === 1;
  }

  async standing(tenantId: string, id: string): Promise<Standing | undefined> {
    const [row] = await this.database.query<Record<string, unknown>>(sql.SELECT_STANDING, [tenantId, id]);
    return row && (entityOf(row) as unknown as Standing);
  }

  /** The band that it has left; undefined when it does not wait. */
  async changePriority(
    tenantId: string,
    id: string,
    priority: Priority,
  ): Promise<{ lane: string; priority: Priority } | undefined> {
    const values = [tenantId, id, priorityNumber(priority)];
    const [row] = await this.database.query<{ lane: string; old_priority: number }>(
      sql.CHANGE_PRIORITY,
      values,
    );
    return row && { lane: row.lane, priority: toPriorityName(row.old_priority) };
  }

  /** Ends what has waited longer than it may; at most `limit` messages. */
  async expire(limit: number): Promise<(EndedMessage & { readonly failure: Failure })[]> {
    const reason = 'It has waited longer than it may';
    const rows = await this.database.query<sql.ExpiredRow>(sql.EXPIRE_MESSAGES, [limit, reason]);
    return rows.map((row) => ({
      id: row.id,
      tenantId: row.tenant_id,
      userId: row.user_id,
      conversationId: row.conversation_id,
      priority: toPriorityName(row.priority),
      lane: row.lane,
      attempt: row.attempt,
      // Of what it asks, only what it is.
      options: row.task_type === null ? null : { task_type: row.task_type },
      failure: { code: 'expired', message: row.reason },
    }));
  }

  async #held(
    statement: typeof sql.CLAIM_OUTSIDE,
    { tenantId, id, workerId }: OutsideWorker,
    values: unknown[],
  ): Promise<Held | undefined> {
    const [row] = await this.database.query<Record<string, unknown>>(statement, [
      tenantId,
      id,
      workerId,
      ...values,
    ]);
    if (!row) return undefined;
    const entity = entityOf(row);
    return {
      message: toMessage(entity),
      leaseUntil: entity.leaseUntil!,
      cancelRequested: entity.cancelRequested,
    };
  }
}
