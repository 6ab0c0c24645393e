import { type Command, type Context } from '../command.js';
import { type EXIT } from '../exit-codes.js';
import { type MessageView } from '../remote/show-reply.js';
import { table } from '../terminal/table.js';

export const providersList: Command = {
  name: 'providers list',
  about: 'Lists the providers that are on, and how they are doing.',
  remote: true,
  examples: ['llmq providers'],
  run: list,
};

export const providersTest: Command = {
  name: 'providers test',
  about: 'Asks providers a small question, each by the way of every message; it spends a few tokens.',
  arguments: '[NAME…]',
  remote: true,
  options: {
    model: { value: 'NAME', short: 'm', about: 'The model to ask; the default one when left out.' },
    timeout: { value: 'TIME', about: 'Longest wait for each, 30s when left out.' },
  },
  examples: ['llmq providers test', 'llmq providers test openai --model gpt-5-mini'],
  run: test,
};

interface ProviderView {
  readonly name: string;
  readonly kind: string;
  readonly available: boolean;
  readonly paused_for: string | null;
  readonly response_time: string | null;
  readonly error_rate: number;
  readonly connections: number;
  readonly max_concurrency: number;
  readonly default_model: string;
}

interface Tried {
  readonly ok: boolean;
  readonly first_token_time: string | null;
  readonly response_time: string | null;
  readonly message: MessageView;
}

async function list({ api, terminal }: Context): Promise<void> {
  const all = await api.get<Record<string, ProviderView>>('/api/v1/providers/status');
  const names = ['NAME', 'KIND', 'STATE', 'RUNNING', 'MOST', 'FIRST TOKEN', 'ERRORS', 'DEFAULT MODEL'];
  const rows = Object.values(all).map((provider) => [
    provider.name,
    provider.kind,
    provider.available
      ? 'available'
      : provider.paused_for
        ? `paused for ${provider.paused_for}`
        : 'not available',
    provider.connections,
    provider.max_concurrency,
    provider.response_time,
    `${Math.round(provider.error_rate * 100)} %`,
    provider.default_model,
  ]);
  terminal.answer(all, () => table(names, rows));
}

async function test(context: Context): Promise<keyof typeof EXIT> {
  const { api, given, terminal } = context;
  const on = await api.get<{ providers: readonly string[] }>('/api/v1/providers');
  const names = given.args.length > 0 ? given.args : on.providers;
  const tried: Record<string, Tried> = {};
  for (const name of names) {
    terminal.progress(`asking ${name} …`);
    tried[name] = await ask(context, name);
  }
  const rows = Object.entries(tried).map(([name, { ok, first_token_time, response_time, message }]) => [
    name,
    ok ? 'answers' : 'FAILS',
    message.model,
    first_token_time,
    response_time,
    ok ? '' : whyOf(message),
  ]);
  terminal.answer(tried, () => table(['NAME', 'RESULT', 'MODEL', 'FIRST TOKEN', 'TIME', 'REASON'], rows));
  return Object.values(tried).every(({ ok }) => ok) ? 'done' : 'no_reply';
}

/** The server waits as long for the provider; its answer comes a little later. */
function ask({ api, given }: Context, name: string): Promise<Tried> {
  const timeoutMs = given.duration('timeout', '30s');
  const body = { ...given.fields('model'), timeout: timeoutMs };
  return api.post<Tried>(`/api/v1/providers/${encodeURIComponent(name)}/test`, body, timeoutMs + 10_000);
}

function whyOf({ status, error }: MessageView): string {
  return error ? `${error.code}: ${error.message}` : `it is still ${status}`;
}
