import {
  type CallbackSeen,
  type Message,
  PRIORITIES,
  type Priority,
  type Reply,
  type SpentUsage,
} from '#contracts';
import { type MessageRow, type StoredCallback } from './entities/message.entity.js';
import { type ReplyRow } from './entities/reply.entity.js';
import { type SpentRow } from './sql/spent-usage.js';

/** A row in the column names of the database as the entity has it. */
export function entityOf(row: Readonly<Record<string, unknown>>): MessageRow {
  return camelCased(row) as unknown as MessageRow;
}

export function replyRowOf(row: Readonly<Record<string, unknown>>): ReplyRow {
  return camelCased(row) as unknown as ReplyRow;
}

export function camelCased(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([column, value]) => [camelCase(column), value]));
}

const camelNames = new Map<string, string>();

function camelCase(column: string): string {
  let name = camelNames.get(column);
  if (name === undefined) {
    name = column.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    camelNames.set(column, name);
  }
  return name;
}

export function toPriorityName(number: number): Priority {
  return PRIORITIES[number - 1] ?? 'normal';
}

export function toMessage(
  row: MessageRow,
  reply: ReplyRow | null = null,
  spent: readonly SpentRow[] | null = null,
): Message {
  return {
    id: row.id,
    tenantId: row.tenantId,
    userId: row.userId,
    conversationId: row.conversationId,
    turn: row.turn,
    content: row.content,
    priority: toPriorityName(row.priority),
    lane: row.lane,
    targets: row.targets,
    target: row.target,
    diversions: row.diversions,
    options: row.options,
    routing: row.routing,
    status: row.status,
    metadata: row.metadata,
    attempt: row.attempt,
    attemptsBefore: row.attemptsBefore,
    retryCount: row.retryCount,
    maxRetries: row.maxRetries,
    timeoutMs: row.timeoutMs,
    requestId: row.requestId,
    scheduledAt: row.scheduledAt,
    expiresAt: row.expiresAt,
    cost: row.cost,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    startedAt: row.startedAt,
    completedAt: row.completedAt,
    progress: row.progress,
    callback: row.callback && seenOf(row.callback),
    failure: row.errorCode ? { code: row.errorCode, message: row.errorMessage ?? '' } : null,
    reply: reply && toReply(reply),
    spent: spent && toSpent(spent),
  };
}

/** What is secret of it stays in the ledger. */
function seenOf({ url, token, headers = {}, sealed }: StoredCallback): CallbackSeen {
  if (sealed) return { url, hasToken: sealed.hasToken, headerNames: sealed.headerNames };
  return { url, hasToken: token !== undefined, headerNames: Object.keys(headers) };
}

function toSpent(rows: readonly SpentRow[]): SpentUsage {
  const sum = (of: (row: SpentRow) => number) => rows.reduce((total, row) => total + of(row), 0);
  return {
    calls: sum(({ calls }) => calls),
    promptTokens: sum((row) => row.prompt_tokens),
    completionTokens: sum((row) => row.completion_tokens),
    cachedTokens: sum((row) => row.cached_tokens),
    estimated: rows.some(({ estimated }) => estimated),
    costs: rows.flatMap(({ currency, millionths }) => (currency === null ? [] : [{ currency, millionths }])),
  };
}

export function toReply(row: ReplyRow): Reply {
  const { tool_calls, reasoning, cached_tokens, reasoning_tokens, cache_age, data } = row.data ?? {};
  return {
    content: row.content,
    provider: row.provider,
    model: row.model,
    finishReason: row.finishReason,
    usage: {
      promptTokens: row.promptTokens,
      completionTokens: row.completionTokens,
      estimated: row.usageEstimated,
      ...(cached_tokens !== undefined && { cachedTokens: cached_tokens }),
      ...(reasoning_tokens !== undefined && { reasoningTokens: reasoning_tokens }),
    },
    ...(tool_calls && { toolCalls: tool_calls }),
    ...(reasoning !== undefined && { reasoning }),
    ...(cache_age !== undefined && { cacheAge: cache_age }),
    ...(data !== undefined && { data }),
  };
}
