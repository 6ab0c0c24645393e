import { type Command, type Context } from '../command.js';
import { CliError, type EXIT } from '../exit-codes.js';
import { followReply } from '../remote/follow-reply.js';
import { type MessageView } from '../remote/show-reply.js';
import { pairs } from '../terminal/table.js';
import { MESSAGE_OPTIONS } from './asked.js';
import { Sample, type Times } from './sample.js';

export const bench: Command = {
  name: 'bench',
  about:
    'Puts a short load on the system and prints what it measured. It asks the simulator, unless --provider names another one, which then costs what it costs.',
  takes: [0, 0],
  remote: true,
  options: {
    ...MESSAGE_OPTIONS,
    messages: { value: 'N', short: 'n', about: 'How many messages, 200 when left out.' },
    concurrency: { value: 'N', about: 'How many at a time, 20 when left out.' },
    content: { value: 'TEXT', about: 'The text of each message.' },
  },
  examples: ['llmq bench', 'llmq bench --messages 1000 --concurrency 50 --json'],
  run,
};

async function run(context: Context): Promise<keyof typeof EXIT> {
  const { given, terminal } = context;
  const messages = given.whole('messages', 200, { min: 1, max: 100_000 });
  const concurrency = given.whole('concurrency', 20, { min: 1, max: 1_000 });
  await requireSimulator(context);
  const sample = new Sample();
  let left = messages;
  const startedAt = performance.now();
  const client = async () => {
    while ((left -= 1) >= 0) {
      sample.add(await one(context));
      terminal.progress(`${sample.count} of ${messages} …`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, messages) }, client));
  const figures = { messages, concurrency, ...sample.figures(performance.now() - startedAt) };
  terminal.answer(figures, () => pairs(figures));
  return figures.failed === 0 ? 'done' : 'no_reply';
}

/** Nobody pays for a benchmark without having said so. */
async function requireSimulator({ api, given }: Context): Promise<void> {
  if (given.text('provider') !== undefined) return;
  const { providers } = await api.get<{ providers: readonly string[] }>('/api/v1/providers');
  if (providers.includes('simulator')) return;
  throw new CliError(
    'usage',
    'There is no simulator here; name a provider, and it is paid for',
    'llmq bench --provider NAME',
  );
}

/** The times of one message, from the request to the end of its reply. */
async function one({ api, given, signal }: Context): Promise<Times> {
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  const body = {
    user_id: given.text('user') ?? 'bench',
    content: given.text('content') ?? 'Hello!',
    provider: 'simulator',
    ...given.fields('provider', 'model', 'priority'),
  };
  const { id } = await api.create<MessageView>('/api/v1/messages', body);
  const acceptedMs = since();
  let firstMs: number | undefined;
  for await (const { event, data } of followReply(api, id, { signal })) {
    if (event === 'delta') firstMs ??= since();
    if (event === 'end') return { acceptedMs, firstMs, endMs: since(), ok: data.status === 'completed' };
  }
  return { acceptedMs, firstMs, endMs: since(), ok: false };
}
