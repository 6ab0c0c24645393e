import { PRIORITIES } from '#contracts';
import { type Command, type Context, type Options } from '../command.js';
import { type MessageView } from '../remote/show-reply.js';
import { pairs, table } from '../terminal/table.js';
import { printable } from '../terminal/printable.js';

export const LIST_OPTIONS: Options = {
  limit: { value: 'N', about: 'At most so many, 20 when left out.' },
  after: { value: 'CURSOR', about: 'The page after the one that named this cursor.' },
};

const ID = { arguments: 'ID', takes: [1, 1], remote: true } as const;

export const messagesList: Command = {
  name: 'messages list',
  about: 'Lists messages, the newest first.',
  remote: true,
  options: {
    ...LIST_OPTIONS,
    status: { value: 'STATUS', about: 'Only those with this status.' },
    priority: { value: 'BAND', short: 'p', about: 'Only those of this priority.', choices: PRIORITIES },
    user: { value: 'NAME', short: 'u', about: 'Only those of this user.' },
    conversation: { value: 'ID', short: 'c', about: 'Only those of this conversation.' },
  },
  examples: ['llmq messages --status failed', 'llmq messages --user ada --limit 5 --json'],
  run: list,
};

export const messagesShow: Command = {
  ...ID,
  name: 'messages show',
  about: 'Shows a message with its reply.',
  examples: ['llmq messages show msg_01a1f956f23470008760cdc2fe54819d'],
  run: show,
};

export const messagesCancel: Command = {
  ...ID,
  name: 'messages cancel',
  about: 'Cancels a message: one that waits ends at once, one that runs is stopped at the provider.',
  examples: ['llmq messages cancel msg_01a1f956f23470008760cdc2fe54819d'],
  run: cancel,
};

interface Pagination {
  readonly next: string | null;
}

/** A page of a list: its rows, and how to get the next one. */
export async function showPage<K extends string, T>(
  { api, given, terminal }: Context,
  { path, name, query, names, row }: PageOf<K, T>,
): Promise<void> {
  const limit = given.whole('limit', 20, { min: 1, max: 100 });
  const page = await api.get<Record<K, readonly T[]> & { pagination: Pagination }>(path, {
    limit,
    after: given.text('after'),
    ...query,
  });
  terminal.answer(page, () => table(names, page[name].map(row)));
  if (page.pagination.next !== null && !terminal.asJson)
    terminal.note(`There are more: --after ${page.pagination.next}`);
}

export interface PageOf<K extends string, T> {
  readonly path: string;
  readonly name: K;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly names: readonly string[];
  readonly row: (item: T) => readonly (string | number | null)[];
}

function list(context: Context): Promise<void> {
  const { given } = context;
  return showPage<'messages', MessageView>(context, {
    path: '/api/v1/messages',
    name: 'messages',
    query: {
      ...given.fields('status', 'priority'),
      user_id: given.text('user'),
      conversation_id: given.text('conversation'),
    },
    names: ['ID', 'STATUS', 'PRIORITY', 'USER', 'PROVIDER', 'CREATED', 'CONTENT'],
    row: (message) => [
      message.id,
      message.status,
      message.priority,
      message.user_id,
      message.provider,
      message.created_at,
      message.content,
    ],
  });
}

const pathOf = ({ given }: Context) => `/api/v1/messages/${encodeURIComponent(given.args[0]!)}`;

async function show(context: Context): Promise<void> {
  const message = await context.api.get<MessageView>(pathOf(context));
  context.terminal.answer(message, () => textOf(message));
}

async function cancel(context: Context): Promise<void> {
  const message = await context.api.delete<MessageView>(pathOf(context));
  context.terminal.answer(message, () => `${message.id} is ${message.status}`);
}

function textOf(message: MessageView): string {
  const { id, status, priority, user_id, provider, model, conversation_id, created_at, updated_at } = message;
  const head = pairs({
    id,
    status,
    priority,
    user: user_id,
    provider,
    model,
    conversation: conversation_id,
    created: created_at,
    updated: updated_at,
    ...(message.error && { error: `${message.error.code}: ${message.error.message}` }),
  });
  const reply = message.reply === null ? '(none)' : printable(message.reply.content);
  return `${head}\n\n--- content\n${printable(message.content)}\n\n--- reply\n${reply}`;
}
