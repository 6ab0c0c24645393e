import { formatDuration } from '#config';
import { AppError, type Message, type Reply, type SpentUsage, type Usage } from '#contracts';
import { type Page } from '#ledger';
import { toProblem } from '#runtime';
import { type Accepted, type BatchResult, type QueuePosition, type Reported } from '#walk';
import { moneyView } from './money.view.js';

/** A message as clients see it. */
export function messageView(message: Message) {
  return {
    id: message.id,
    conversation_id: message.conversationId,
    user_id: message.userId,
    content: message.content,
    priority: message.priority,
    provider: message.lane,
    model: message.targets[message.target]?.model ?? null,
    ...askedView(message),
    routing: routingView(message),
    status: message.status,
    queue_name: `${message.priority}_priority`,
    retry_count: message.retryCount,
    max_retries: message.maxRetries,
    timeout: formatDuration(message.timeoutMs),
    metadata: message.metadata,
    reply: message.reply && replyView(message.reply),
    usage: message.spent && spentView(message.spent),
    error: message.failure,
    request_id: message.requestId,
    created_at: message.createdAt.toISOString(),
    updated_at: message.updatedAt.toISOString(),
    scheduled_at: message.scheduledAt?.toISOString() ?? null,
    expires_at: message.expiresAt?.toISOString() ?? null,
    started_at: message.startedAt?.toISOString() ?? null,
    completed_at: message.completedAt?.toISOString() ?? null,
  };
}

function askedView({ options }: Message) {
  const { client: _client, traceparent: _trace, ...asked } = options ?? {};
  return asked;
}

/** Who may answer, in order, and why; `at` is who it is at now. */
function routingView({ targets, target, routing }: Message) {
  return { targets, at: target, candidates: targets, ...routing };
}

/** A message that was accepted now or before, with its place in the queue; null once it does not wait any more. */
export function acceptedView({ message, queue }: Accepted) {
  return { ...messageView(message), queue: queue ? placeView(queue) : null };
}

export function placeView({ position, exact, turnsAhead, estimatedWaitMs }: QueuePosition) {
  return {
    position,
    exact,
    turns_ahead: turnsAhead,
    estimated_wait: estimatedWaitMs === undefined ? null : formatDuration(estimatedWaitMs),
    estimated_wait_ms: estimatedWaitMs ?? null,
  };
}

/** A message of which a worker of somebody else has told; the worker names the attempt in what it says next. */
export function reportedView({ message, leaseUntil }: Reported) {
  return {
    ...messageView(message),
    attempt: message.attempt,
    lease_until: leaseUntil?.toISOString() ?? null,
  };
}

/** What became of each message of a batch, in its order. */
export function batchView(results: readonly BatchResult[], requestId: string) {
  const failed = results.filter((result) => result instanceof AppError).length;
  return {
    created: results.length - failed,
    failed,
    results: results.map((result, index) => ({ index, ...resultView(result, requestId) })),
  };
}

function resultView(result: BatchResult, requestId: string) {
  if (result instanceof AppError) return { status: result.status, error: toProblem(result, requestId) };
  return { status: 201, ...(result.replayed && { replayed: true }), message: acceptedView(result) };
}

export function pageView<T, K extends string>(name: K, page: Page<T>, view: (item: T) => object) {
  const items = { [name]: page.items.map(view) } as Record<K, object[]>;
  return {
    ...items,
    pagination: {
      next: page.next,
      has_more: page.next !== null,
      page_size: page.pageSize,
      ...(page.total !== null && {
        page: page.page,
        total: page.total,
        total_pages: Math.ceil(page.total / page.pageSize),
      }),
    },
  };
}

function replyView(reply: Reply) {
  const { content, provider, model, finishReason, usage, toolCalls, reasoning, data, cacheAge } = reply;
  return {
    content,
    ...(data !== undefined && { data }),
    provider,
    model,
    finish_reason: finishReason,
    ...(toolCalls && { tool_calls: toolCalls }),
    ...(reasoning !== undefined && { reasoning }),
    usage: usageView(usage),
    ...(cacheAge !== undefined && { cached: true, cache_age: cacheAge }),
  };
}

/** Over all calls for a message. */
function spentView({ calls, promptTokens, completionTokens, cachedTokens, estimated, costs }: SpentUsage) {
  return {
    calls,
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    cached_tokens: cachedTokens,
    estimated,
    ...moneyView(costs),
  };
}

function usageView({ promptTokens, completionTokens, estimated, cachedTokens, reasoningTokens }: Usage) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(cachedTokens !== undefined && { cached_tokens: cachedTokens }),
    ...(reasoningTokens !== undefined && { reasoning_tokens: reasoningTokens }),
    estimated,
  };
}
