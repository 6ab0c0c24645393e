import { type Command, type Context } from '../command.js';
import { type MessageView } from '../remote/show-reply.js';
import { pairs } from '../terminal/table.js';
import { printable } from '../terminal/printable.js';
import { LIST_OPTIONS, showPage } from './messages.js';

export const conversationsList: Command = {
  name: 'conversations list',
  about: 'Lists conversations, the last active first.',
  remote: true,
  options: {
    ...LIST_OPTIONS,
    user: { value: 'NAME', short: 'u', about: 'Only those of this user.' },
    state: { value: 'STATE', about: 'Only those in this state.' },
  },
  examples: ['llmq conversations --user ada'],
  run: list,
};

export const conversationsShow: Command = {
  name: 'conversations show',
  about: 'Shows a conversation with its newest turns, the oldest of them first.',
  arguments: 'ID',
  takes: [1, 1],
  remote: true,
  options: { limit: { value: 'N', about: 'At most so many turns, 20 when left out.' } },
  examples: ['llmq conversations show conv_01a1f956f23470008760cdc2fe54819d'],
  run: show,
};

interface ConversationView {
  readonly id: string;
  readonly user_id: string;
  readonly title: string | null;
  readonly context: string | null;
  readonly state: string;
  readonly priority: string | null;
  readonly message_count: number;
  readonly last_active_at: string;
}

function list(context: Context): Promise<void> {
  const { given } = context;
  return showPage<'conversations', ConversationView>(context, {
    path: '/api/v1/conversations',
    name: 'conversations',
    query: { ...given.fields('state'), user_id: given.text('user'), sort: 'last_active_at' },
    names: ['ID', 'STATE', 'USER', 'TURNS', 'LAST ACTIVE', 'TITLE'],
    row: ({ id, state, user_id, message_count, last_active_at, title }) => [
      id,
      state,
      user_id,
      message_count,
      last_active_at,
      title,
    ],
  });
}

async function show({ api, given, terminal }: Context): Promise<void> {
  const id = given.args[0]!;
  const limit = given.whole('limit', 20, { min: 1, max: 100 });
  const [conversation, { messages }] = await Promise.all([
    api.get<ConversationView>(`/api/v1/conversations/${encodeURIComponent(id)}`),
    api.get<{ messages: MessageView[] }>('/api/v1/messages', { conversation_id: id, limit }),
  ]);
  const turns = messages.toReversed();
  terminal.answer({ ...conversation, messages: turns }, () => textOf(conversation, turns));
}

function textOf(conversation: ConversationView, turns: readonly MessageView[]): string {
  const { id, state, user_id, message_count, last_active_at, title, context } = conversation;
  const head = pairs({
    id,
    title,
    state,
    user: user_id,
    turns: message_count,
    'last active': last_active_at,
    context,
  });
  const spoken = turns.map(({ user_id: user, content, reply, status }) => {
    const answer = reply === null ? `(${status})` : printable(reply.content).trimEnd();
    return `${printable(user)}: ${printable(content)}\n\n${answer}`;
  });
  return [head, ...spoken].join('\n\n---\n');
}
