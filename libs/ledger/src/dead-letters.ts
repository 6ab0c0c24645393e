import { type DataSource } from 'typeorm';
import {
  AppError,
  type DeadLetter,
  type ListDeadLetters,
  PRIORITIES,
  type Priority,
  priorityNumber,
} from '#contracts';
import { type Database } from '#database';
import { DeadLetterRow } from './entities/dead-letter.entity.js';
import { type Page, paginate } from './page.js';
import { toPriorityName } from './rows.js';
import * as sql from './sql/dead-letter-statements.js';
import { SELECT_CONVERSATION_STATE } from './sql/small-statements.js';

/** A message that waits again; `attempt` is the number of the last one that it had. */
export interface Requeued {
  readonly id: string;
  readonly attempt: number;
}

/** A dead letter that is gone. */
export interface RemovedLetter {
  readonly id: string;
  readonly conversationId: string | null;
}

interface RemovedRow {
  readonly message_id: string;
  readonly conversation_id: string | null;
}

/** Messages that failed for good: finding them, sending them back, deleting them. Every call of a client names its tenant. */
export class DeadLetters {
  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
  ) {}

  list(tenantId: string, request: ListDeadLetters): Promise<Page<DeadLetter>> {
    return this.database.answer(async () => {
      const page = await paginate(this.#filtered(tenantId, request), 'd', 'createdAt', request);
      return { ...page, items: page.items.map(toDeadLetter) };
    });
  }

  /** @throws AppError dead_letter_not_found, database_unavailable */
  get(tenantId: string, id: string): Promise<DeadLetter> {
    return this.database.answer(async () => {
      const row = await this.source.manager.findOneBy(DeadLetterRow, { id, tenantId });
      if (!row) throw notFound(id);
      return toDeadLetter(row);
    });
  }

  /**
   * The message waits again and its dead letter is gone, in one commit.
   * @throws AppError dead_letter_not_found, conversation_closed, message_not_found, database_unavailable
   */
  requeue(tenantId: string, id: string, by: string): Promise<Requeued> {
    return this.database.answer(async () => {
      const [row] = await this.database.query<Requeued>(sql.REQUEUE_ONE, [tenantId, id, by]);
      return row ?? this.#whyNot(tenantId, id);
    });
  }

  /** @throws AppError dead_letter_not_found, database_unavailable */
  delete(tenantId: string, id: string, by: string): Promise<RemovedLetter> {
    return this.database.answer(async () => {
      const [row] = await this.database.query<RemovedRow>(sql.DELETE_ONE, [tenantId, id, by]);
      if (!row) throw notFound(id);
      return toRemoved(row);
    });
  }

  /** Deletes what is older than `ageMs`, at most `limit` of it. */
  async deleteOld(ageMs: number, limit: number): Promise<RemovedLetter[]> {
    return (await this.database.query<RemovedRow>(sql.DELETE_OLD, [ageMs, limit])).map(toRemoved);
  }

  /** How many wait, by priority; looks at no more than `limit` of them. */
  async counts(limit: number): Promise<Record<Priority, number>> {
    const rows = await this.database.query<{ priority: number; n: number }>(sql.COUNT_LETTERS, [limit]);
    const counts = new Map(rows.map(({ priority, n }) => [toPriorityName(priority), n]));
    return Object.fromEntries(PRIORITIES.map((each) => [each, counts.get(each) ?? 0])) as Record<
      Priority,
      number
    >;
  }

  async #whyNot(tenantId: string, id: string): Promise<never> {
    const { conversationId } = await this.get(tenantId, id);
    const [conversation] = await this.database.query<{ state: string }>(SELECT_CONVERSATION_STATE, [
      tenantId,
      conversationId,
    ]);
    if (!conversation) throw new AppError('message_not_found', `The message ${id} is gone`);
    throw new AppError(
      'conversation_closed',
      `The conversation is ${conversation.state}; set its state to active, then requeue`,
    );
  }

  #filtered(tenantId: string, request: ListDeadLetters) {
    const { priority, code, user_id, conversation_id, provider, older_than, newer_than } = request;
    const query = this.source.manager.createQueryBuilder(DeadLetterRow, 'd').where({ tenantId });
    if (priority !== undefined) query.andWhere({ priority: priorityNumber(priority) });
    if (code !== undefined) query.andWhere({ code });
    if (user_id !== undefined) query.andWhere({ userId: user_id });
    if (conversation_id !== undefined) query.andWhere({ conversationId: conversation_id });
    if (provider !== undefined) query.andWhere({ lane: provider });
    if (older_than !== undefined)
      query.andWhere(`d.createdAt <= now() - :older_than * interval '1 ms'`, { older_than });
    if (newer_than !== undefined)
      query.andWhere(`d.createdAt >= now() - :newer_than * interval '1 ms'`, { newer_than });
    return query;
  }
}

function notFound(id: string): AppError {
  return new AppError('dead_letter_not_found', `There is no dead letter of a message ${id}`);
}

function toDeadLetter({ priority, createdAt, ...row }: DeadLetterRow): DeadLetter {
  return { ...row, priority: toPriorityName(priority), failedAt: createdAt };
}

function toRemoved({ message_id, conversation_id }: RemovedRow): RemovedLetter {
  return { id: message_id, conversationId: conversation_id };
}
