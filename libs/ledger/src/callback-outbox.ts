import { type DeliveryEvent, type ErrorCode, type Failure, type MessageStatus, type Reply } from '#contracts';
import { type Database } from '#database';
import { replyRowOf, toReply } from './rows.js';
import { type StoredCallback } from './entities/message.entity.js';
import * as sql from './sql/callback-statements.js';

/** An event that is to be delivered now, by whoever has claimed it. */
export interface DueDelivery {
  readonly id: string;
  readonly tenantId: string;
  readonly messageId: string;
  readonly event: DeliveryEvent;
  /** Of the message, when it happened. */
  readonly status: MessageStatus;
  readonly progress: number;
  readonly failure: Failure | null;
  readonly at: Date;
  readonly origin: string;
  /** The fence. */
  readonly attempts: number;
  /** Since somebody last asked for it, this one included. */
  readonly tries: number;
  /** Null: the message is gone. */
  readonly callback: Omit<StoredCallback, 'origin'> | null;
  /** Of a message that completed. */
  readonly reply: Reply | null;
  readonly ranMs: number | undefined;
}

export interface ClaimBounds {
  readonly limit: number;
  readonly perOrigin: number;
  /** Destinations that may have fewer than that, or none. */
  readonly origins: ReadonlyMap<string, number>;
  /** After this time a try is lost, and somebody else may make it. */
  readonly leaseMs: number;
}

/** What became of a try. */
export type Settled =
  | { readonly state: 'delivered'; readonly status: number }
  | {
      readonly state: 'pending' | 'failed';
      readonly delayMs: number;
      /** Null: there was no answer. */
      readonly status: number | null;
      readonly error: string;
    };

/** The events of messages that are yet to be delivered; whoever claims one has it for the time of a lease. */
export class CallbackOutbox {
  #after = '';

  constructor(private readonly database: Database) {}

  async claim({ limit, perOrigin, origins, leaseMs }: ClaimBounds): Promise<DueDelivery[]> {
    const values = [this.#after, limit, perOrigin, [...origins.keys()], [...origins.values()], leaseMs];
    const rows = await this.database.query<sql.DueRow>(sql.CLAIM_DELIVERIES, values);
    const [first] = rows;
    // The next claim looks at the destinations behind these, or begins anew.
    this.#after = first?.origins === sql.MAX_ORIGINS ? (first.last_origin ?? '') : '';
    return rows.flatMap(toDue);
  }

  /** False when the try had been given up as lost. */
  async settle({ id, attempts }: Pick<DueDelivery, 'id' | 'attempts'>, settled: Settled): Promise<boolean> {
    const { state, status } = settled;
    const [delayMs, error] = 'error' in settled ? [settled.delayMs, settled.error] : [0, null];
    const values = [id, attempts, state, delayMs, status, error];
    return (await this.database.query(sql.SETTLE_DELIVERY, values)).length > 0;
  }

  /** Forgets deliveries that are over, at most `limit` of them; says how many. */
  async deleteOld(ageMs: number, limit: number): Promise<number> {
    return (await this.database.query(sql.DELETE_DELIVERIES, [ageMs, limit])).length;
  }
}

function toDue(row: sql.DueRow): DueDelivery[] {
  const { id, error_code, error_message } = row;
  if (id === null) return [];
  return [
    {
      id,
      tenantId: row.tenant_id,
      messageId: row.message_id,
      event: row.event as DeliveryEvent,
      status: row.status as MessageStatus,
      progress: row.progress,
      failure: error_code === null ? null : { code: error_code as ErrorCode, message: error_message ?? '' },
      at: row.created_at,
      origin: row.origin,
      attempts: row.attempts,
      tries: row.tries,
      // Dead letters are told to whom the tenant wants to hear of them, not to whom the task had named.
      callback: row.event === 'dead' ? { url: row.url } : row.callback,
      reply: row.reply && toReply(replyRowOf(row.reply)),
      ranMs: row.ran_ms ?? undefined,
    },
  ];
}
