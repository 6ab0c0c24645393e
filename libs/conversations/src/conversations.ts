import { type DataSource } from 'typeorm';
import {
  AppError,
  type Conversation,
  type ConversationState,
  type CreateConversation,
  type ListConversations,
  newId,
  priorityNumber,
  type UpdateConversation,
} from '#contracts';
import { type Database } from '#database';
import { ConversationRow, type Page, paginate, toPriorityName } from '#ledger';

const COLUMNS = { created_at: 'createdAt', updated_at: 'updatedAt', last_active_at: 'lastActiveAt' } as const;

const MAX_METADATA_BYTES = 65_536;

/** A state in which a conversation has come to its end. */
const isClosed = (state: ConversationState) => state === 'completed' || state === 'archived';

/** Conversations as clients see them; every read and write names its tenant. */
export class Conversations {
  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
  ) {}

  create(tenantId: string, request: CreateConversation): Promise<Conversation> {
    return this.database.answer(async () => {
      const row = newRow(tenantId, newId('conv'), request);
      await this.source.manager.insert(ConversationRow, row as never);
      return toConversation(row);
    });
  }

  /** One whose id the client has chosen; undefined: the id is taken. */
  begin(tenantId: string, id: string, userId: string): Promise<Conversation | undefined> {
    return this.database.answer(async () => {
      const row = newRow(tenantId, id, { user_id: userId });
      const { raw } = await this.source.manager
        .createQueryBuilder()
        .insert()
        .into(ConversationRow)
        .values(row as never)
        .orIgnore()
        .updateEntity(false)
        .returning('id')
        .execute();
      return (raw as unknown[]).length > 0 ? toConversation(row) : undefined;
    });
  }

  /** @throws AppError conversation_not_found, database_unavailable */
  get(tenantId: string, id: string): Promise<Conversation> {
    return this.database.answer(async () => toConversation(await this.#find(tenantId, id)));
  }

  list(tenantId: string, request: ListConversations): Promise<Page<Conversation>> {
    return this.database.answer(async () => {
      const query = this.source.manager.createQueryBuilder(ConversationRow, 'c').where({ tenantId });
      if (request.user_id !== undefined) query.andWhere({ userId: request.user_id });
      if (request.state !== undefined) query.andWhere({ state: request.state });
      if (request.priority !== undefined) query.andWhere({ priority: priorityNumber(request.priority) });
      const page = await paginate(query, 'c', COLUMNS[request.sort], request);
      return { ...page, items: page.items.map(toConversation) };
    });
  }

  /**
   * Changes what is named; metadata is merged, key by key. With the failure policy `skip` nothing blocks it any more: who
   * sets it then releases the next turn.
   */
  update(tenantId: string, id: string, change: UpdateConversation): Promise<Conversation> {
    return this.database.answer(async () => {
      if (change.metadata) requireSmall({ ...(await this.#find(tenantId, id)).metadata, ...change.metadata });
      const { affected } = await this.source.manager
        .createQueryBuilder()
        .update(ConversationRow)
        .set(columnsOf(change))
        .where({ id, tenantId })
        .setParameters({ metadata: JSON.stringify(change.metadata ?? {}) })
        .execute();
      if (!affected) throw notFound(id);
      return toConversation(await this.#find(tenantId, id));
    });
  }

  async #find(tenantId: string, id: string): Promise<ConversationRow> {
    const row = await this.source.manager.findOneBy(ConversationRow, { id, tenantId });
    if (!row) throw notFound(id);
    return row;
  }
}

function newRow(tenantId: string, id: string, request: CreateConversation): ConversationRow {
  const now = new Date();
  return {
    id,
    tenantId,
    userId: request.user_id,
    title: request.title ?? '',
    context: request.context ?? '',
    state: 'active',
    priority: priorityNumber(request.priority ?? 'normal'),
    metadata: request.metadata ?? {},
    onFailure: request.on_failure ?? 'skip',
    blockedBy: null,
    turns: 0,
    vacatedTurns: 0,
    createdAt: now,
    updatedAt: now,
    lastActiveAt: now,
    completedAt: null,
  };
}

/** Merging adds up, so the sum has a bound of its own. */
function requireSmall(metadata: Readonly<Record<string, unknown>>): void {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes <= MAX_METADATA_BYTES) return;
  const message = `would have ${bytes} bytes of JSON in all, at most ${MAX_METADATA_BYTES} are allowed`;
  throw new AppError('invalid_request', `metadata: ${message}`, { fields: [{ field: 'metadata', message }] });
}

function columnsOf({ title, context, priority, state, on_failure, metadata }: UpdateConversation) {
  return {
    updatedAt: () => 'now()',
    ...(title !== undefined && { title }),
    ...(context !== undefined && { context }),
    ...(priority !== undefined && { priority: priorityNumber(priority) }),
    ...(state !== undefined && { state, completedAt: () => (isClosed(state) ? 'now()' : 'NULL') }),
    ...(on_failure !== undefined && { onFailure: on_failure }),
    ...(on_failure === 'skip' && { blockedBy: null }),
    ...(metadata !== undefined && { metadata: () => 'metadata || :metadata::jsonb' }),
  };
}

function notFound(id: string): AppError {
  return new AppError('conversation_not_found', `There is no conversation ${id}`);
}

function toConversation(row: ConversationRow): Conversation {
  const { turns, vacatedTurns, priority, ...rest } = row;
  return { ...rest, priority: toPriorityName(priority), messageCount: turns - vacatedTurns };
}
