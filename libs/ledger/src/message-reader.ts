import { type DataSource } from 'typeorm';
import { AppError, type ListMessages, type Message, priorityNumber } from '#contracts';
import { type Database, type Statement } from '#database';
import { MessageRow } from './entities/message.entity.js';
import { type Page, paginate } from './page.js';
import { entityOf, replyRowOf, toMessage } from './rows.js';
import { IN_HANDOVER } from './sql/open-statuses.js';
import { SELECT_MESSAGE, selectListed } from './sql/small-statements.js';
import { type SpentRow } from './sql/spent-usage.js';

const COLUMNS = { created_at: 'createdAt', updated_at: 'updatedAt', priority: 'priority' } as const;

interface FoundRow extends Record<string, unknown> {
  readonly reply: Record<string, unknown> | null;
  readonly spent: SpentRow[] | null;
  readonly in_handover: boolean;
}

/** What clients read of messages; every read names its tenant. */
export class MessageReader {
  readonly #listed: Statement;

  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
  ) {
    const { columns } = source.getMetadata(MessageRow);
    this.#listed = selectListed(columns.map(({ databaseName }) => databaseName));
  }

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
      return row && messageOf(row);
    });
  }

  /** Without the turns of chat completions, each of which may be as much as a body holds. */
  list(tenantId: string, request: ListMessages): Promise<Page<Message>> {
    return this.database.answer(async () => {
      const column = COLUMNS[request.sort];
      const query = this.#filtered(tenantId, request).select(['m.id', `m.${column}`]);
      const page = await paginate(query, 'm', column, request);
      return { ...page, items: await this.listed(page.items.map(({ id }) => id)) };
    });
  }

  /** These messages as a list has them, in this order; those that have gone meanwhile are left out. */
  async listed(ids: readonly string[]): Promise<Message[]> {
    if (ids.length === 0) return [];
    const rows = await this.database.query<FoundRow>(this.#listed, [ids]);
    return rows.map(messageOf);
  }

  #filtered(tenantId: string, request: ListMessages) {
    const query = this.source.manager.createQueryBuilder(MessageRow, 'm').where({ tenantId });
    if (request.conversation_id !== undefined) query.andWhere({ conversationId: request.conversation_id });
    if (request.user_id !== undefined) query.andWhere({ userId: request.user_id });
    if (request.status === 'pending') query.andWhere(`(m.status = 'pending' OR ${IN_HANDOVER})`);
    else if (request.status !== undefined) query.andWhere({ status: request.status });
    if (request.status === 'queued') query.andWhere(`NOT ${IN_HANDOVER}`);
    if (request.priority !== undefined) query.andWhere({ priority: priorityNumber(request.priority) });
    return query;
  }
}

/** What is on its way into the schedule is shown as what it is. */
function messageOf({ reply, spent, in_handover, ...row }: FoundRow): Message {
  const message = toMessage(entityOf(row), reply && replyRowOf(reply), spent);
  return in_handover ? { ...message, status: 'pending' } : message;
}
