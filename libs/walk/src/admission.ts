import { type ConversationSettings, type MessageSettings, type QueueSettings } from '#config';
import {
  AppError,
  type Callback,
  type Caller,
  type CreateMessage,
  formatDuration,
  type Message,
  type MessageConfig,
  type MessageOptions,
  type Priority,
  priorityNumber,
  textOf,
} from '#contracts';
import { ANSWER_DEADLINE_MS } from '#database';
import { type InsertedRow, type NewMessageRow, type StoredCallback, toPriorityName } from '#ledger';
import { type Metrics } from '#observability';
import { type Routing } from '#routing';
import { withDeadline } from '#runtime';
import { type FindRoute } from './find-route.js';
import { type Spending } from './spending.js';
import { type Tasks } from './tasks/tasks.js';

/** What accepting decides beside the request itself. */
export interface Decided {
  readonly id: string;
  readonly priority: Priority;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly requestId: string;
  readonly idempotencyKey: string | null;
  readonly fingerprint: string | null;
  readonly client?: string | undefined;
  /** Where it stands in a trace. */
  readonly traceparent?: string | undefined;
}

/** Turns a request into the row that is committed, or refuses it; what is not in the request has its default. */
export class Admission {
  constructor(
    private readonly settings: MessageSettings,
    private readonly queue: QueueSettings,
    private readonly routes: FindRoute,
    private readonly tasks: Tasks,
    private readonly conversations: ConversationSettings,
    private readonly spending: Spending,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @throws AppError content_too_long, data_too_large, task_type_unknown, provider_unknown, model_unknown, no_target,
   * invalid_schedule
   */
  admit(caller: Caller, request: CreateMessage, decided: Decided): NewMessageRow {
    const { messages = [] } = request;
    for (const text of [request.content, ...messages.map((each) => textOf(each.content))])
      this.#requireFit(text.length);
    const asked = optionsOf(request);
    const task = this.tasks.asked(request, decided.metadata, asked);
    const expected = this.routes.expectedOf(task);
    const route = this.routes.run(caller, request, decided, task, expected);
    const { client, traceparent } = decided;
    const origin = {
      ...(client !== undefined && { client }),
      ...(traceparent !== undefined && { traceparent }),
    };
    const options = { ...asked, ...cachingOf(request, route), ...origin };
    return {
      id: decided.id,
      tenant_id: caller.tenantId,
      user_id: request.user_id,
      conversation_id: request.conversation_id ?? null,
      content: request.content,
      priority: priorityNumber(decided.priority),
      metadata: decided.metadata,
      ...this.#limits(request),
      request_id: decided.requestId,
      ...routeOf(route),
      ...this.spending.of(caller.tenantId, expected, route.targets[0]!),
      options: Object.keys(options).length > 0 ? options : null,
      ...(request.callback && { callback: storedOf(request.callback, traceparent) }),
      cost: expected.input + this.queue.value.expected_output,
      ...this.#times(request, decided.priority),
      idempotency_key: decided.idempotencyKey,
      fingerprint: decided.fingerprint,
      max_turns_ahead: this.conversations.value.max_waiting_turns,
    };
  }

  #requireFit(length: number): void {
    const { max_content_length } = this.settings.value;
    if (length > max_content_length) throw tooLong(length, max_content_length);
  }

  /** The request's own, else those of its task type, else those of all messages. */
  #limits({ max_retries, timeout, task_type }: CreateMessage) {
    const ofType = this.tasks.limitsOf(task_type);
    const ofAll = this.settings.value;
    return {
      max_retries: max_retries ?? ofType.maxRetries ?? ofAll.max_retries,
      timeout_ms: timeout ?? ofType.timeoutMs ?? ofAll.timeout,
    };
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
  async inTime<T>(commit: Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      return await withDeadline(commit, ANSWER_DEADLINE_MS, 'database_unavailable', 'Storing the message');
    } finally {
      this.metrics.commitDuration.observe((performance.now() - startedAt) / 1_000);
    }
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
      progress: 0,
      callback: null,
      failure: null,
      reply: null,
      spent: null,
    };
  }
}

function routeOf({ targets, candidates, rule }: Routing) {
  // One that had no choice needs no explanation.
  const routing = candidates.length > 1 || rule !== undefined ? { candidates, ...(rule && { rule }) } : null;
  return { lane: targets[0]!.provider, targets, routing };
}

/** What the request asks of the model. */
function optionsOf({
  parameters,
  system_prompt,
  messages,
  task_type,
  data,
  retry_delay,
}: CreateMessage): MessageOptions {
  return {
    ...(parameters && { parameters }),
    ...(system_prompt && { system_prompt }),
    ...(messages && { messages }),
    ...(task_type !== undefined && { task_type }),
    ...(data !== undefined && { data }),
    ...(retry_delay !== undefined && { retry_delay: formatDuration(retry_delay) }),
  };
}

function storedOf(callback: Callback, traceparent: string | undefined): StoredCallback {
  const { origin } = new URL(callback.url);
  return { ...callback, origin, ...(traceparent !== undefined && { traceparent }) };
}

/** The request's own word, else that of the rule by which it is routed. */
function cachingOf({ config = {} }: CreateMessage, route: Routing): MessageOptions {
  const { cache_enabled = route.cacheTtlMs !== undefined, cache_ttl = route.cacheTtlMs } = config;
  return cache_enabled ? { config: configOf(cache_ttl) } : {};
}

function configOf(ttlMs: number | undefined): MessageConfig {
  return { cache_enabled: true, ...(ttlMs !== undefined && { cache_ttl: formatDuration(ttlMs) }) };
}

function tooLong(length: number, max: number): AppError {
  const message = `has ${length} characters, at most ${max} are allowed`;
  return new AppError('content_too_long', `The content ${message}`, {
    fields: [{ field: 'content', message }],
  });
}
