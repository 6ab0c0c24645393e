import { createInterface, type Interface } from 'node:readline/promises';
import { type Command, type Context } from '../command.js';
import { CliError } from '../exit-codes.js';
import { endOf, type MessageView, showReply } from '../remote/show-reply.js';
import { DEFAULT_USER, MESSAGE_OPTIONS } from './asked.js';

export const chat: Command = {
  name: 'chat',
  about: 'Talks with a model: one line, one turn of a conversation. Ctrl-C ends an answer, Ctrl-D the chat.',
  remote: true,
  options: {
    ...MESSAGE_OPTIONS,
    conversation: { value: 'ID', short: 'c', about: 'Goes on with this conversation.' },
    system: { value: 'TEXT', about: 'Told to the model before everything else, in a new conversation.' },
  },
  examples: ['llmq chat', 'llmq chat --system "Answer in one sentence."'],
  run,
};

async function run(context: Context): Promise<void> {
  const { terminal, given } = context;
  const id = given.text('conversation') ?? (await begin(context));
  terminal.note(`Conversation ${id}. Go on with it later: llmq chat --conversation ${id}`);
  const talking = { turn: undefined as AbortController | undefined };
  const lines = openLines(context, talking);
  for await (const line of prompted(lines, isShown(context))) {
    if (line.trim() !== '') await say(context, id, line, talking);
  }
}

/** With a prompt before each line, where somebody sees it. */
async function* prompted(lines: Interface, shown: boolean): AsyncGenerator<string> {
  let open = shown;
  lines.once('close', () => (open = false));
  if (open) lines.prompt();
  for await (const line of lines) {
    yield line;
    if (open) lines.prompt();
  }
}

function isShown({ terminal: { input, asJson } }: Context): boolean {
  return input.isTTY === true && !asJson;
}

async function begin({ api, given }: Context): Promise<string> {
  const system = given.text('system');
  const user = given.text('user') ?? DEFAULT_USER;
  const body = { user_id: user, ...(system !== undefined && { context: system }) };
  return (await api.post<{ id: string }>('/api/v1/conversations', body)).id;
}

/** A Ctrl-C goes to the answer that is being printed; when there is none, it ends the chat. */
function openLines(context: Context, talking: Talking): Interface {
  const { terminal, signal } = context;
  const { input, output } = terminal;
  const lines = createInterface({ input, ...(isShown(context) && { output }), prompt: '> ' });
  lines.on('SIGINT', () => (talking.turn ? talking.turn.abort() : lines.close()));
  signal.addEventListener('abort', () => lines.close());
  return lines;
}

interface Talking {
  turn: AbortController | undefined;
}

/** One turn. A bad end of it is told, and the chat goes on. */
async function say(context: Context, conversation: string, content: string, talking: Talking): Promise<void> {
  const { api, given, terminal, signal } = context;
  const path = `/api/v1/conversations/${encodeURIComponent(conversation)}/messages`;
  const turn = (talking.turn = new AbortController());
  const { id } = await api.create<MessageView>(path, {
    content,
    ...given.fields('priority', 'provider', 'model'),
  });
  try {
    await showReply({ ...context, signal: AbortSignal.any([signal, turn.signal]) }, id);
    await endOf(context, id);
  } catch (error) {
    if (turn.signal.aborted) await cancel(context, id);
    else if (error instanceof CliError && error.exit === 'no_reply') terminal.note(error.message);
    else throw error;
  } finally {
    talking.turn = undefined;
  }
}

/** Nobody reads on, so nobody should pay for more. */
async function cancel({ api, terminal }: Context, id: string): Promise<void> {
  await api.delete(`/api/v1/messages/${id}`).catch(() => undefined);
  terminal.note('\n(cancelled)');
}
