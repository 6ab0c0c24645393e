import { AppError, type Callback, type Caller, type CreateMessage, type CreateTask } from '#contracts';

/** The message that a task is. */
export function messageOf(task: CreateTask, { keyName }: Caller): CreateMessage {
  const { config = {} } = task;
  return {
    user_id: task.user_id ?? keyName,
    content: task.prompt,
    task_type: task.type,
    data: task.data,
    provider: task.provider,
    model: task.model,
    system_prompt: task.system_prompt,
    priority: task.priority,
    metadata: task.metadata,
    parameters: parametersOf(task),
    config: { cache_enabled: config.cache_enabled, cache_ttl: config.cache_ttl },
    max_retries: config.max_retries,
    retry_delay: config.retry_delay,
    timeout: config.timeout,
    callback: callbackOf(task),
  };
}

/** What stands by itself wins over `parameters`; undefined: nothing was said. */
function parametersOf({ parameters, temperature, config = {} }: CreateTask): CreateMessage['parameters'] {
  const { max_tokens, top_p, frequency_penalty, presence_penalty } = config;
  const alone = {
    temperature,
    max_tokens: max_tokens === 0 ? undefined : max_tokens,
    top_p,
    frequency_penalty,
    presence_penalty,
  };
  const said = Object.entries(alone).filter(([, value]) => value !== undefined);
  const all = { ...parameters, ...Object.fromEntries(said) };
  return Object.keys(all).length === 0 ? undefined : all;
}

function callbackOf({ callback, callback_url, callback_token }: CreateTask): Callback | undefined {
  const url = callback_url ?? callback?.url;
  const token = callback_token ?? callback?.token;
  if (callback && url !== callback.url)
    throw contradicts('callback_url', 'does not go with another callback.url');
  if (url === undefined && token !== undefined)
    throw contradicts('callback_token', 'needs a callback_url to be sent to');
  if (url === undefined) return undefined;
  const { headers } = callback ?? {};
  return { url, ...(token !== undefined && { token }), ...(headers && { headers }) };
}

function contradicts(field: string, message: string): AppError {
  return new AppError('invalid_request', `${field}: ${message}`, { fields: [{ field, message }] });
}
