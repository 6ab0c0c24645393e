import { type DataSource } from 'typeorm';
import {
  AppError,
  type DeadLetterFilter,
  type ListRedrives,
  newId,
  priorityNumber,
  type Redrive,
} from '#contracts';
import { type Database } from '#database';
import { type Requeued } from './dead-letters.js';
import { RedriveRow } from './entities/redrive.entity.js';
import { type Page, paginate } from './page.js';
import { camelCased } from './rows.js';
import * as sql from './sql/redrive-statements.js';

/** A running redrive with what is needed to take its next step. */
export type RunningRedrive = Redrive & Pick<RedriveRow, 'cursorAt' | 'cursorId' | 'diedUntil'>;

export interface RedriveStep {
  /** As it is now. */
  readonly redrive: RunningRedrive;
  readonly requeued: readonly Requeued[];
}

/** Redrives: their state lies in the ledger, so that whoever leads goes on where the one before stopped. */
export class Redrives {
  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
  ) {}

  /** @throws AppError redrive_running, database_unavailable */
  create(tenantId: string, filter: DeadLetterFilter, rate: number, by: string): Promise<Redrive> {
    return this.database.answer(async () => {
      const ages = [filter.older_than ?? null, filter.newer_than ?? null];
      const values = [newId('redrive'), tenantId, JSON.stringify(filter), rate, by, ...ages];
      const [row] = await this.database.query<Record<string, unknown>>(sql.INSERT_REDRIVE, [
        ...values,
        ...valuesOf(filter),
      ]);
      if (!row) throw new AppError('redrive_running', 'Wait until the running redrive is done, or stop it');
      return toRedrive(rowOf(row));
    });
  }

  /** @throws AppError redrive_not_found, database_unavailable */
  get(tenantId: string, id: string): Promise<Redrive> {
    return this.database.answer(async () => {
      const row = await this.source.manager.findOneBy(RedriveRow, { id, tenantId });
      if (!row) throw new AppError('redrive_not_found', `There is no redrive ${id}`);
      return toRedrive(row);
    });
  }

  list(tenantId: string, request: ListRedrives): Promise<Page<Redrive>> {
    return this.database.answer(async () => {
      const query = this.source.manager.createQueryBuilder(RedriveRow, 'r').where({ tenantId });
      if (request.state !== undefined) query.andWhere({ state: request.state });
      const page = await paginate(query, 'r', 'createdAt', request);
      return { ...page, items: page.items.map(toRedrive) };
    });
  }

  /** When this resolves nothing more is requeued; one that has ended stays as it is. */
  async stop(tenantId: string, id: string, by: string): Promise<Redrive> {
    await this.database.answer(() => this.database.query(sql.STOP_REDRIVE, [tenantId, id, by]));
    return this.get(tenantId, id);
  }

  /** Those that run, the one that has rested longest first. */
  async running(limit: number): Promise<RunningRedrive[]> {
    const rows = await this.database.query<Record<string, unknown>>(sql.SELECT_RUNNING, [limit]);
    return rows.map((row) => toRunning(rowOf(row)));
  }

  /**
   * Requeues what the rate allows by now, at most `batch`; rate that was not used for longer than `burstMs` is lost.
   * Undefined: it is too early, the redrive was stopped, or another leader took the step.
   */
  async step(
    { id, tenantId, filter, cursorAt, cursorId, diedUntil }: RunningRedrive,
    batch: number,
    burstMs: number,
  ): Promise<RedriveStep | undefined> {
    const place = [id, cursorAt, cursorId, diedUntil, tenantId];
    const [row] = await this.database.query<Record<string, unknown> & { messages: readonly Requeued[] }>(
      sql.STEP_REDRIVE,
      [...place, ...valuesOf(filter), batch, burstMs],
    );
    return row && { redrive: toRunning(rowOf(row)), requeued: row.messages };
  }

  async fail(id: string, reason: string): Promise<void> {
    await this.database.query(sql.FAIL_REDRIVE, [id, reason]);
  }
}

function valuesOf({ priority, code, user_id, conversation_id, provider }: DeadLetterFilter) {
  const number = priority === undefined ? null : priorityNumber(priority);
  return [number, code ?? null, user_id ?? null, conversation_id ?? null, provider ?? null];
}

function rowOf(columns: Record<string, unknown>): RedriveRow {
  return camelCased(columns) as unknown as RedriveRow;
}

function toRunning(row: RedriveRow): RunningRedrive {
  const { cursorAt, cursorId, diedUntil } = row;
  return { ...toRedrive(row), cursorAt, cursorId, diedUntil };
}

function toRedrive(row: RedriveRow): Redrive {
  return {
    id: row.id,
    tenantId: row.tenantId,
    state: row.state,
    filter: row.filter,
    rate: row.rate,
    requestedBy: row.requestedBy,
    total: row.total,
    requeued: row.requeued,
    skipped: row.skipped,
    error: row.errorMessage,
    stoppedBy: row.stoppedBy,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    finishedAt: row.finishedAt,
  };
}
