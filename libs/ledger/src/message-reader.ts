import { type DataSource } from 'typeorm';
import { AppError, type ListMessages, type Message, priorityNumber } from '#contracts';
import { type Database } from '#database';
import { MessageRow } from './entities/message.entity.js';
import { ReplyRow } from './entities/reply.entity.js';
import { type Page, paginate } from './page.js';
import { entityOf, replyRowOf, toMessage } from './rows.js';
import { SELECT_MESSAGE } from './sql/small-statements.js';
import { SELECT_SPENT, type SpentRow } from './sql/spent-usage.js';

const COLUMNS = { created_at: 'createdAt', updated_at: 'updatedAt', priority: 'priority' } as const;

interface FoundRow extends Record<string, unknown> {
  readonly reply: Record<string, unknown> | null;
  readonly spent: SpentRow[] | null;
}

/** What clients read of messages; every read names its tenant. */
export class MessageReader {
  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
  ) {}

  /** @throws AppError message_not_found, database_unavailable */
  async get(tenantId: string, id: string): Promise<Message> {
    const message = await this.find(tenantId, id);
    if (!message) throw new AppError('message_not_found', `There is no message ${id}`);
    return message;
  }

  /** Every stream begins with it, so it goes around TypeORM, which takes several times as long for one row. */
  find(tenantId: string, id: string): Promise<Message | undefined> {
    return this.database.answer(async () => {
      const [row] = await this.database.query<FoundRow>(SELECT_MESSAGE, [tenantId, id]);
      if (!row) return undefined;
      const { reply, spent, ...message } = row;
      return toMessage(entityOf(message), reply && replyRowOf(reply), spent);
    });
  }

  list(tenantId: string, request: ListMessages): Promise<Page<Message>> {
    return this.database.answer(async () => {
      const page = await paginate(this.#filtered(tenantId, request), 'm', COLUMNS[request.sort], request);
      return { ...page, items: await this.withReplies(page.items) };
    });
  }

  /** Rows of messages as messages, in their order. */
  async withReplies(rows: readonly MessageRow[]): Promise<Message[]> {
    const ids = rows.map(({ id }) => id);
    const [replies, spent] = await Promise.all([this.#replies(ids), this.#spent(ids)]);
    return rows.map((row) => toMessage(row, replies.get(row.id), spent.get(row.id)));
  }

  #filtered(tenantId: string, request: ListMessages) {
    const query = this.source.manager.createQueryBuilder(MessageRow, 'm').where({ tenantId });
    if (request.conversation_id !== undefined) query.andWhere({ conversationId: request.conversation_id });
    if (request.user_id !== undefined) query.andWhere({ userId: request.user_id });
    if (request.status !== undefined) query.andWhere({ status: request.status });
    if (request.priority !== undefined) query.andWhere({ priority: priorityNumber(request.priority) });
    return query;
  }

  async #spent(ids: readonly string[]): Promise<Map<string, SpentRow[]>> {
    if (ids.length === 0) return new Map();
    const rows = await this.database.query<SpentRow>(SELECT_SPENT, [ids]);
    return Map.groupBy(rows, (row) => row.message_id);
  }

  async #replies(ids: readonly string[]): Promise<Map<string, ReplyRow>> {
    if (ids.length === 0) return new Map();
    const rows = await this.source.manager
      .createQueryBuilder(ReplyRow, 'r')
      .where('r.messageId IN (:...ids)', { ids })
      .getMany();
    return new Map(rows.map((row) => [row.messageId, row]));
  }
}
