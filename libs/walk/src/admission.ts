import { type ProviderLanes } from '#catalog';
import { type ConversationSettings, type MessageSettings, type QueueSettings } from '#config';
import {
  AppError,
  type Caller,
  type CreateMessage,
  type Message,
  type Priority,
  priorityNumber,
} from '#contracts';
import { ANSWER_DEADLINE_MS } from '#database';
import { type InsertedRow, type NewMessageRow, toPriorityName } from '#ledger';
import { withDeadline } from '#runtime';

/** Characters of a token, roughly; what it gets wrong is settled when the provider has counted. */
const CHARACTERS_PER_TOKEN = 4;

/** What accepting decides beside the request itself. */
export interface Decided {
  readonly id: string;
  readonly priority: Priority;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  readonly idempotencyKey: string | null;
  readonly fingerprint: string | null;
}

/** Turns a request into the row that is committed, or refuses it; what is not in the request has its default. */
export class Admission {
  constructor(
    private readonly settings: MessageSettings,
    private readonly queue: QueueSettings,
    private readonly providers: ProviderLanes,
    private readonly conversations: ConversationSettings,
  ) {}

  /** @throws AppError content_too_long, provider_unknown, invalid_schedule */
  admit(caller: Caller, request: CreateMessage, decided: Decided): NewMessageRow {
    const { max_content_length, max_retries, timeout } = this.settings.value;
    if (request.content.length > max_content_length)
      throw tooLong(request.content.length, max_content_length);
    return {
      id: decided.id,
      tenant_id: caller.tenantId,
      user_id: request.user_id,
      conversation_id: request.conversation_id ?? null,
      content: request.content,
      priority: priorityNumber(decided.priority),
      metadata: decided.metadata,
      max_retries: request.max_retries ?? max_retries,
      timeout_ms: request.timeout ?? timeout,
      request_id: decided.requestId,
      lane: this.#lane(request.provider),
      cost: this.#cost(request.content),
      ...this.#times(request, decided.priority),
      idempotency_key: decided.idempotencyKey,
      fingerprint: decided.fingerprint,
      max_turns_ahead: this.conversations.value.max_waiting_turns,
    };
  }

  #lane(provider: string | undefined): string {
    const { lanes, defaultLane } = this.providers;
    if (provider === undefined) return defaultLane;
    if (lanes.includes(provider)) return provider;
    const message = `must be one of ${lanes.join(', ')}`;
    throw new AppError('provider_unknown', `There is no provider ${provider}`, {
      fields: [{ field: 'provider', message }],
    });
  }

  #cost(content: string): number {
    return Math.ceil(content.length / CHARACTERS_PER_TOKEN) + this.queue.value.expected_output;
  }

  #times({ scheduled_at, delay, ttl }: CreateMessage, priority: Priority) {
    if (scheduled_at !== undefined && delay !== undefined)
      throw new AppError('invalid_schedule', 'Give either scheduled_at or delay', {
        fields: [{ field: 'delay', message: 'does not go with scheduled_at' }],
      });
    const { time_limit } = this.queue.value.bands[priority];
    return {
      scheduled_at: scheduled_at?.toISOString() ?? null,
      delay_ms: delay ?? null,
      ttl_ms: Math.min(ttl ?? time_limit, time_limit),
    };
  }

  /** Whoever waits for the answer gets one in less than a second. */
  inTime<T>(commit: Promise<T>): Promise<T> {
    return withDeadline(commit, ANSWER_DEADLINE_MS, 'database_unavailable', 'Storing the message');
  }

  /** The message as it now lies in the ledger, without reading it back. */
  asMessage(row: NewMessageRow, inserted: InsertedRow): Message {
    return {
      id: row.id,
      tenantId: row.tenant_id,
      userId: row.user_id,
      conversationId: row.conversation_id,
      turn: null,
      content: row.content,
      priority: toPriorityName(row.priority),
      lane: row.lane,
      targets: row.targets ?? [],
      target: 0,
      diversions: 0,
      options: row.options ?? null,
      routing: row.routing ?? null,
      cost: row.cost,
      status: inserted.status,
      scheduledAt: inserted.scheduled_at,
      expiresAt: inserted.expires_at,
      metadata: row.metadata,
      attempt: 0,
      attemptsBefore: 0,
      retryCount: 0,
      maxRetries: row.max_retries,
      timeoutMs: row.timeout_ms,
      requestId: row.request_id,
      createdAt: inserted.created_at,
      updatedAt: inserted.created_at,
      startedAt: null,
      completedAt: null,
      failure: null,
      reply: null,
    };
  }
}

function tooLong(length: number, max: number): AppError {
  const message = `has ${length} characters, at most ${max} are allowed`;
  return new AppError('content_too_long', `The content ${message}`, {
    fields: [{ field: 'content', message }],
  });
}
