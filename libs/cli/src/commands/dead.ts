import { PRIORITIES } from '#contracts';
import { type Command, type Context, type Options } from '../command.js';
import { pairs } from '../terminal/table.js';
import { printable } from '../terminal/printable.js';
import { LIST_OPTIONS, showPage } from './messages.js';

/** Which dead letters are meant. */
export const DEAD_FILTERS: Options = {
  priority: { value: 'BAND', short: 'p', about: 'Only those of this priority.', choices: PRIORITIES },
  code: { value: 'CODE', about: 'Only those that failed with this error code.' },
  user: { value: 'NAME', short: 'u', about: 'Only those of this user.' },
  conversation: { value: 'ID', short: 'c', about: 'Only those of this conversation.' },
  provider: { value: 'NAME', about: 'Only those that were for this provider.' },
  'older-than': { value: 'TIME', about: 'Only those that failed longer ago, such as 1h.' },
  'newer-than': { value: 'TIME', about: 'Only those that failed not longer ago.' },
};

export const deadList: Command = {
  name: 'dead list',
  about: 'Lists dead letters, the newest first.',
  remote: true,
  options: { ...LIST_OPTIONS, ...DEAD_FILTERS },
  examples: ['llmq dead list --code provider_unavailable --newer-than 2h'],
  run: list,
};

export const deadShow: Command = {
  name: 'dead show',
  about: 'Shows a dead letter: why its message failed.',
  arguments: 'ID',
  takes: [1, 1],
  remote: true,
  examples: ['llmq dead show msg_01a1f956f23470008760cdc2fe54819d'],
  run: show,
};

interface DeadLetter {
  readonly id: string;
  readonly user_id: string;
  readonly priority: string;
  readonly provider: string;
  readonly error: { readonly code: string; readonly message: string };
  readonly attempts: number;
  readonly failed_at: string;
  readonly message?: { readonly content: string };
}

/** The filters that were given, in the words of the API. */
export function filterOf({ given }: Context): Record<string, string> {
  const user = given.text('user');
  const conversation = given.text('conversation');
  return {
    ...given.fields('priority', 'code', 'provider', 'older-than', 'newer-than'),
    ...(user !== undefined && { user_id: user }),
    ...(conversation !== undefined && { conversation_id: conversation }),
  };
}

function list(context: Context): Promise<void> {
  return showPage<'dead_letters', DeadLetter>(context, {
    path: '/api/v1/dead-letters',
    name: 'dead_letters',
    query: filterOf(context),
    names: ['ID', 'PRIORITY', 'USER', 'PROVIDER', 'ATTEMPTS', 'FAILED', 'CODE', 'REASON'],
    row: ({ id, priority, user_id, provider, attempts, failed_at, error }) => [
      id,
      priority,
      user_id,
      provider,
      attempts,
      failed_at,
      error.code,
      error.message,
    ],
  });
}

async function show({ api, given, terminal }: Context): Promise<void> {
  const letter = await api.get<DeadLetter>(`/api/v1/dead-letters/${encodeURIComponent(given.args[0]!)}`);
  terminal.answer(letter, () => textOf(letter));
}

function textOf({
  id,
  priority,
  user_id,
  provider,
  attempts,
  failed_at,
  error,
  message,
}: DeadLetter): string {
  const head = pairs({
    id,
    priority,
    user: user_id,
    provider,
    attempts,
    failed: failed_at,
    code: error.code,
    reason: error.message,
  });
  return `${head}\n\n--- content\n${printable(message?.content ?? '')}`;
}
