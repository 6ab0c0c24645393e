import {
  AppError,
  CANCELLED,
  type FinalStatus,
  type Message,
  type MessageStatus,
  type Priority,
} from '#contracts';
import { ANSWER_DEADLINE_MS, type Database } from '#database';
import { GroupCommit } from '#runtime';
import { budgetExhausted } from './budget-exhausted.js';
import { charactersOf } from './characters-of.js';
import { isFree } from './insert-free.js';
import { type InsertedRow, insertRows } from './insert-rows.js';
import { entityOf, toMessage, toPriorityName } from './rows.js';
import { type CallUse } from './sql/call-use.js';
import { CLAIM_MESSAGES, type ClaimInput, type ClaimRow, type PlannedCallRow } from './sql/claim-messages.js';
import { FINISH_MESSAGES, type FinishRow } from './sql/finish-messages.js';
import { type NewMessageRow } from './sql/insert-messages.js';
import { RETRY_MESSAGES, type RetryRow } from './sql/retry-messages.js';
import * as sql from './sql/small-statements.js';

/** A turn of a conversation takes seconds. */
const FULL_RETRY_MS = 5_000;

/** Of one statement, in characters: chats with all their turns may each be as large as a body. */
const MAX_STATEMENT = 8_000_000;

const BATCHES = { maxBatch: 200, maxInFlight: 2, maxWaiting: 20_000 };

/** A worker's messages are claimed, and end, in groups. */
const OF_A_WORKER = { ...BATCHES, gather: true };

/** The worker owns the message until its lease ends, or learns why it does not. */
export type Claim =
  | {
      readonly claimed: true;
      readonly message: Message;
      readonly workerLosses: number;
      readonly cancelRequested: boolean;
      /** It is too late to start it. */
      readonly expired: boolean;
      /** The planned call; null when none was planned, or when the message must end without one. */
      readonly callId: string | null;
    }
  | {
      readonly claimed: false;
      readonly status: MessageStatus | 'unknown';
      readonly leaseMs: number;
      /** Where it belongs now. */
      readonly lane: string | undefined;
    };

/** The message that was committed with the same idempotency key before. */
export interface Repeated {
  readonly isNew: false;
  readonly id: string;
  readonly fingerprint: string | null;
}

export type Inserted = (InsertedRow & { readonly isNew: true }) | Repeated;

export interface Cancelled {
  /** `processing`: its worker was asked to stop; `cancelled`: it will never run. */
  readonly status: 'processing' | 'cancelled';
  readonly priority: Priority;
  readonly lane: string;
  readonly conversationId: string | null;
}

/** The call that a worker will make once it has the message. */
export type PlannedCall = Omit<PlannedCallRow, 'call_id'> & { readonly id: string };

/** What a worker runs. */
export interface Owned {
  readonly id: string;
  readonly attempt: number;
  /** In percent, as far as that can be told. */
  readonly progress?: number;
}

interface ClaimRequest {
  readonly id: string;
  readonly workerId: string;
  readonly leaseMs: number;
  readonly call: PlannedCall | undefined;
}

/**
 * The writes of a message's life. Each is one guarded statement, and those on the hot path are grouped:
 * concurrent callers share one round trip and one commit.
 */
export class MessageLedger {
  readonly #inserts: GroupCommit<NewMessageRow, InsertedRow | undefined>;
  /** Most messages; they have a simpler statement while no others are among them. */
  readonly #free: GroupCommit<NewMessageRow, InsertedRow | undefined>;
  /** Those that must keep to budgets; nobody else waits for them. */
  readonly #bounded: GroupCommit<NewMessageRow, InsertedRow | undefined>;
  readonly #claims: GroupCommit<ClaimRequest, Claim>;
  readonly #finishes: GroupCommit<FinishRow, boolean>;
  readonly #retries: GroupCommit<RetryRow, boolean>;

  constructor(private readonly database: Database) {
    const inTime = { ...BATCHES, maxWaitMs: ANSWER_DEADLINE_MS, maxWeight: MAX_STATEMENT };
    this.#inserts = new GroupCommit((rows) => this.#insertAll(rows), inTime, charactersOf);
    this.#free = new GroupCommit((rows) => this.#insertAll(rows), inTime, charactersOf);
    this.#bounded = new GroupCommit((rows) => this.#insertAll(rows), inTime, charactersOf);
    this.#claims = new GroupCommit((requests) => this.#claimAll(requests), OF_A_WORKER);
    this.#finishes = new GroupCommit((rows) => this.#endAll(FINISH_MESSAGES, rows), OF_A_WORKER);
    this.#retries = new GroupCommit((rows) => this.#endAll(RETRY_MESSAGES, rows), OF_A_WORKER);
  }

  /**
   * Commits the message. One whose idempotency key is known is not committed again: the answer names the first.
   * @throws AppError conversation_not_found, conversation_closed, conversation_full, budget_exhausted, intake_overloaded,
   * database_unavailable
   */
  async insert(row: NewMessageRow): Promise<Inserted> {
    const inserted = await this.#groupOf(row).add(row);
    return inserted ? { ...inserted, isNew: true } : this.#whyNotInserted(row);
  }

  /** The planned call is written down with the claim: one commit less before it is made. */
  claim(id: string, workerId: string, leaseMs: number, call?: PlannedCall): Promise<Claim> {
    return this.#claims.add({ id, workerId, leaseMs, call });
  }

  /** Takes back a claim of this worker whose answer never came, whether it happened or not. */
  async unclaim(id: string, workerId: string): Promise<void> {
    await this.database.query(sql.UNCLAIM, [id, workerId]);
  }

  /** False when the attempt is no longer the current one: then nothing was changed. */
  finish(row: FinishRow & { readonly status: FinalStatus }): Promise<boolean> {
    return this.#finishes.add(row);
  }

  /** False when the attempt is no longer the current one. */
  retry(row: RetryRow): Promise<boolean> {
    return this.#retries.add(row);
  }

  /** `code`: why the call that was made came to nothing; without it the call was broken off. */
  async handBack(
    id: string,
    attempt: number,
    code: string | null = null,
    use: Partial<CallUse> = {},
  ): Promise<void> {
    await this.database.query(sql.HAND_BACK, [id, attempt, code, JSON.stringify(use)]);
  }

  /**
   * Sends a message that runs on to another of its targets, without counting the attempt as failed. False when the attempt
   * is no longer the current one, or somebody wants it cancelled.
   */
  async divert(
    id: string,
    attempt: number,
    target: number,
    code: string,
    use: Partial<CallUse> = {},
  ): Promise<boolean> {
    const values = [id, attempt, target, code, JSON.stringify(use)];
    return (await this.database.query(sql.DIVERT, values)).length > 0;
  }

  /** Renews the leases; answers with what is still owned and whether somebody wants it cancelled. */
  async renew(owned: readonly Owned[], leaseMs: number): Promise<Map<string, { cancelRequested: boolean }>> {
    const progress = owned.map((one) => one.progress ?? 0);
    const values = [owned.map(({ id }) => id), owned.map(({ attempt }) => attempt), leaseMs, progress];
    const rows = await this.database.query<{ id: string; cancel_requested: boolean }>(
      sql.RENEW_LEASES,
      values,
    );
    return new Map(rows.map((row) => [row.id, { cancelRequested: row.cancel_requested }]));
  }

  /** Undefined when the tenant has no such open message. */
  async cancel(tenantId: string, id: string): Promise<Cancelled | undefined> {
    const [row] = await this.database.query<{
      status: Cancelled['status'];
      priority: number;
      lane: string;
      conversation_id: string | null;
    }>(sql.CANCEL_MESSAGE, [tenantId, id, CANCELLED.message]);
    return (
      row && {
        status: row.status,
        priority: toPriorityName(row.priority),
        lane: row.lane,
        conversationId: row.conversation_id,
      }
    );
  }

  #groupOf(row: NewMessageRow): GroupCommit<NewMessageRow, InsertedRow | undefined> {
    if (isFree(row)) return this.#free;
    return row.budgets ? this.#bounded : this.#inserts;
  }

  async #insertAll(rows: readonly NewMessageRow[]): Promise<(InsertedRow | undefined)[]> {
    const byId = await insertRows(this.database, rows);
    return rows.map(({ id }) => byId.get(id));
  }

  async #whyNotInserted(row: NewMessageRow): Promise<Repeated> {
    const [first] = await this.database.query<Omit<Repeated, 'isNew'> & Record<string, unknown>>(
      sql.SELECT_BY_KEY,
      [row.tenant_id, row.idempotency_key],
    );
    if (first) return { ...first, isNew: false };
    const broke = await budgetExhausted(this.database, row);
    if (broke) throw broke;
    const [conversation] = await this.database.query<{ state: string; turns: number }>(
      sql.SELECT_CONVERSATION_STATE,
      [row.tenant_id, row.conversation_id],
    );
    // Where it has fewer turns than may wait, it was not full: somebody has begun it after the insert.
    const isNew = conversation && conversation.turns < (row.max_turns_ahead ?? 0) && isOpen(conversation);
    if (!conversation || isNew)
      throw new AppError('conversation_not_found', `There is no conversation ${row.conversation_id}`);
    if (isOpen(conversation))
      throw new AppError(
        'conversation_full',
        `${row.max_turns_ahead} turns of the conversation wait already; send the next one when some have ended`,
        { retryAfterMs: FULL_RETRY_MS },
      );
    throw new AppError(
      'conversation_closed',
      `The conversation is ${conversation.state}; set its state to active to go on`,
    );
  }

  async #claimAll(requests: readonly ClaimRequest[]): Promise<Claim[]> {
    const { workerId, leaseMs } = requests[0]!;
    const input = requests.map(({ id, call }): ClaimInput =>
      call ? { ...call, id, call_id: call.id } : { id },
    );
    const values = [JSON.stringify(input), workerId, leaseMs];
    const rows = await this.database.query<ClaimRow>(CLAIM_MESSAGES, values);
    const byId = new Map(rows.map((row) => [row.id, row]));
    const given = new Set<string>();
    return requests.map(({ id }) => {
      const row = byId.get(id);
      // Of two who ask for the same message in one group the first has it.
      if (row?.claimed && given.has(id))
        return { claimed: false, status: 'processing', leaseMs, lane: row.lane };
      given.add(id);
      return toClaim(row);
    });
  }

  async #endAll(statement: typeof FINISH_MESSAGES, rows: readonly { id: string }[]): Promise<boolean[]> {
    const done = await this.database.query<{ id: string }>(statement, [JSON.stringify(rows)]);
    const ids = new Set(done.map(({ id }) => id));
    return rows.map(({ id }) => ids.has(id));
  }
}

function toClaim(row: ClaimRow | undefined): Claim {
  if (!row) return { claimed: false, status: 'unknown', leaseMs: 0, lane: undefined };
  if (!row.claimed) {
    const { status, lane, lease_ms } = row;
    return { claimed: false, status, leaseMs: Math.max(0, lease_ms ?? 0), lane };
  }
  const entity = entityOf(row);
  return {
    claimed: true,
    message: toMessage(entity),
    workerLosses: entity.workerLosses,
    cancelRequested: entity.cancelRequested,
    expired: row.expired,
    callId: row.call_id,
  };
}

function isOpen({ state }: { readonly state: string }): boolean {
  return state === 'active' || state === 'inactive';
}
