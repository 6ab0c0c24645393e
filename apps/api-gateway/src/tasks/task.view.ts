import {
  AppError,
  type CallbackSeen,
  formatDuration,
  type Message,
  secondsOf,
  taskIdOf,
  taskPriorityOf,
  taskStatusOf,
  tokenUsageOf,
} from '#contracts';
import { type TaskPage } from '#ledger';
import { toProblem } from '#runtime';
import { type BatchResult } from '#walk';

const HIDDEN = '***';

/** A task as its clients see it. */
export function taskView(message: Message) {
  const { callback, reply } = message;
  const id = taskIdOf(message.id);
  return {
    id,
    task_id: id,
    status: taskStatusOf(message.status),
    progress: message.status === 'completed' ? 100 : message.progress,
    priority: taskPriorityOf(message.priority),
    provider: reply?.provider ?? message.lane,
    model: reply?.model ?? message.targets[message.target]?.model ?? null,
    ...askedView(message),
    config: configView(message),
    ...(callback && callbackView(callback)),
    ...outcomeView(message),
    user_id: message.userId,
    created_at: message.createdAt.toISOString(),
    updated_at: message.updatedAt.toISOString(),
    ...(message.startedAt && { started_at: message.startedAt.toISOString() }),
    ...(message.completedAt && { completed_at: message.completedAt.toISOString() }),
    metadata: message.metadata,
  };
}

function askedView({ content, options }: Message) {
  const { task_type = 'custom', data, system_prompt, parameters = {} } = options ?? {};
  const { temperature } = parameters;
  return {
    type: task_type,
    ...(temperature !== undefined && { temperature }),
    prompt: content,
    ...(system_prompt !== undefined && { system_prompt }),
    ...(data !== undefined && { data }),
  };
}

/** The result is always text; where it is more than that, it is also there as what it is. */
function outcomeView({ reply, failure }: Message) {
  return {
    ...(reply && { result: reply.content, token_usage: tokenUsageOf(reply.usage) }),
    ...(reply?.data !== undefined && { result_data: reply.data }),
    ...(failure && { error: failure.message, error_code: failure.code }),
  };
}

function configView({ options, maxRetries, timeoutMs }: Message) {
  const { parameters = {}, config, retry_delay } = options ?? {};
  const { max_tokens, top_p, frequency_penalty, presence_penalty } = parameters;
  return {
    max_retries: maxRetries,
    ...(retry_delay !== undefined && { retry_delay }),
    timeout: formatDuration(timeoutMs),
    cache_enabled: config?.cache_enabled ?? false,
    ...(config?.cache_ttl !== undefined && { cache_ttl: config.cache_ttl }),
    max_tokens,
    top_p,
    frequency_penalty,
    presence_penalty,
  };
}

/** What only the receiver may know is not shown. */
function callbackView({ url, hasToken, headerNames }: CallbackSeen) {
  return {
    callback_url: url,
    ...(hasToken && { callback_token: HIDDEN }),
    ...(headerNames.length > 0 && {
      callback_headers: Object.fromEntries(headerNames.map((name) => [name, HIDDEN])),
    }),
  };
}

export function acceptedTaskView({ id, createdAt }: Message) {
  return { task_id: taskIdOf(id), status: 'queued', created_at: createdAt.toISOString() };
}

/** What became of each task of a batch, in its order. */
export function taskBatchView(results: readonly BatchResult[], requestId: string) {
  return {
    results: results.map((result) =>
      result instanceof AppError ? refusedView(result, requestId) : acceptedTaskView(result.message),
    ),
  };
}

function refusedView(refused: AppError, requestId: string) {
  const { error, code, errors } = toProblem(refused, requestId);
  return { task_id: '', status: 'failed', error, code, ...(errors && { errors }) };
}

export function taskPageView({ items, total }: TaskPage, paging: { limit: number; offset: number }) {
  const { limit, offset } = paging;
  return { tasks: items.map(taskView), total, limit, offset, count: items.length };
}

/** A task that completed while its caller waited. */
export function processedView(message: Message) {
  const { reply } = message;
  return {
    task_id: taskIdOf(message.id),
    status: taskStatusOf(message.status),
    result: reply?.content ?? '',
    ...(reply?.data !== undefined && { data: reply.data }),
    ...(reply && { token_usage: tokenUsageOf(reply.usage) }),
    process_time: secondsOf(ranMs(message)),
  };
}

function ranMs({ startedAt, completedAt, createdAt }: Message): number {
  return (completedAt ?? createdAt).getTime() - (startedAt ?? createdAt).getTime();
}
