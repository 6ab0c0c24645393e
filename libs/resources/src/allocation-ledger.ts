import { type ResourceSettings } from '#config';
import { type Allocate, AppError, priorityNumber } from '#contracts';
import { type Database } from '#database';
import * as sql from './sql/allocations.js';
import { TAKE, TAKE_WAITING } from './sql/take.js';
import { digestOf } from './tokens.js';

/** A request for a share of a resource, with its id in the ledger. */
export interface Wanted {
  readonly id: string;
  readonly tenantId: string;
  readonly requestId: string;
  readonly token: string;
  readonly timeoutMs: number;
  readonly request: Allocate;
}

/** What was given to a request. */
export interface Grant {
  readonly resourceId: string;
  readonly endpoint: string;
  readonly allocatedAt: Date;
  readonly expiresAt: Date;
}

interface GrantRow {
  readonly resource_id: string | null;
  readonly endpoint: string;
  readonly allocated_at: Date;
  readonly expires_at: Date;
  readonly lost: boolean;
}

/** What there is for a model. */
export interface Supply {
  readonly of_type: number;
  /** Those of them that could serve the request if nothing else were there. */
  readonly able: number;
  readonly online: number;
  /** When the next allocation ends by itself. */
  readonly free_in_ms: number | null;
}

/** A lost race means that another request was served, so that only a crowd could lose as often as this. */
const MAX_RACES = 50;

/** SQLSTATE unique_violation. */
const NOT_UNIQUE = '23505';

/** The writes of an allocation's life, each one guarded statement. */
export class AllocationLedger {
  constructor(
    private readonly database: Database,
    private readonly settings: ResourceSettings,
  ) {}

  /** Takes room for a new request; undefined where there is none. @throws AppError allocation_exists */
  take(wanted: Wanted): Promise<Grant | undefined> {
    const most = this.settings.value.max_allocations;
    return unlessTaken(wanted, () => this.#race(TAKE, [...fieldsOf(wanted), most]));
  }

  /** Takes room for a request that waits. */
  takeWaiting(id: string): Promise<Grant | undefined> {
    return this.#race(TAKE_WAITING, [id, this.settings.value.max_allocations]);
  }

  /** Lets a request wait; false where too many do. @throws AppError allocation_exists */
  async wait(wanted: Wanted): Promise<boolean> {
    const fields = [...fieldsOf(wanted), wanted.request.wait, this.settings.value.max_waiting];
    return unlessTaken(wanted, async () => (await this.database.query(sql.WAIT, fields)).length === 1);
  }

  /** Also where it was served meanwhile, and nobody knows. */
  async withdraw(id: string): Promise<void> {
    const withdrawn = await this.database.query(sql.WITHDRAW, [id]);
    if (withdrawn.length === 0) await this.release(id);
  }

  /** The id of an allocation that lives, and the digest of its token. */
  async find(tenantId: string, requestId: string): Promise<{ id: string; token_digest: string } | undefined> {
    const values = [tenantId, requestId];
    return (await this.database.query<{ id: string; token_digest: string }>(sql.SELECT_TOKEN, values))[0];
  }

  /** False where it has ended already. */
  async release(id: string): Promise<boolean> {
    return (await this.database.query(sql.RELEASE, [id])).length === 1;
  }

  async supplyFor({ model_type, capabilities, requirements }: Allocate): Promise<Supply> {
    const values = [model_type, capabilities, requirements];
    return (await this.database.query<Supply>(sql.EXPLAIN_REFUSAL, values))[0]!;
  }

  async #race(statement: typeof TAKE, values: unknown[]): Promise<Grant | undefined> {
    for (let races = 0; races < MAX_RACES; races += 1) {
      const [row] = await this.database.query<GrantRow>(statement, values);
      if (row && row.resource_id !== null) return toGrant(row, row.resource_id);
      if (!row?.lost) return undefined;
    }
    return undefined;
  }
}

/** Another allocation of the tenant may have the name. */
async function unlessTaken<T>({ requestId }: Wanted, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error as { code?: unknown }).code !== NOT_UNIQUE) throw error;
    const message = `There is already an allocation ${requestId}; release it first, or choose another request_id`;
    throw new AppError('allocation_exists', message, { cause: error });
  }
}

/** In the order of the parameters of TAKE and WAIT. */
function fieldsOf({ id, tenantId, requestId, token, timeoutMs, request }: Wanted): unknown[] {
  const { model_type, requirements, capabilities, priority, metadata } = request;
  const rank = priorityNumber(priority);
  const what = [model_type, requirements, capabilities, rank, metadata];
  return [id, tenantId, requestId, ...what, digestOf(token), timeoutMs];
}

function toGrant(row: GrantRow, resourceId: string): Grant {
  return {
    resourceId,
    endpoint: row.endpoint,
    allocatedAt: row.allocated_at,
    expiresAt: row.expires_at,
  };
}
