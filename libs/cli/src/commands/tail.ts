import { setTimeout as delay } from 'node:timers/promises';
import { type Command, type Context } from '../command.js';
import { endOf, type MessageView, showReply } from '../remote/show-reply.js';
import { oneLine } from '../terminal/printable.js';

/** Pages of changes that are read at one look; with more between two looks the oldest are left out, and it says so. */
const MOST_PAGES = 10;
const PAGE = 100;

export const tail: Command = {
  name: 'tail',
  about: 'Follows the reply of a message from its beginning; without an ID, what becomes of all messages.',
  arguments: '[ID]',
  takes: [0, 1],
  remote: true,
  options: {
    after: { value: 'N', about: 'Begins after this event of the reply.' },
    every: { value: 'TIME', about: 'How often it looks for changes, 1s when left out.' },
    count: { value: 'N', about: 'Ends after so many changes.' },
    user: { value: 'NAME', short: 'u', about: 'Only messages of this user.' },
  },
  examples: ['llmq tail msg_01a1f956f23470008760cdc2fe54819d', 'llmq tail --user ada --json'],
  run,
};

async function run(context: Context): Promise<void> {
  const [id] = context.given.args;
  if (id === undefined) return followAll(context);
  await showReply(context, id, context.given.whole('after', 0, { min: 0, max: 1e9 }));
  await endOf(context, id);
}

async function followAll(context: Context): Promise<void> {
  const { given, terminal, signal } = context;
  const everyMs = given.duration('every', '1s');
  let left = given.whole('count', Infinity, { min: 1, max: 1e9 });
  let seen = await latest(context);
  for (;;) {
    const { changes, next, missed } = await changesSince(context, seen);
    seen = next;
    if (missed) terminal.note(`(more than ${MOST_PAGES * PAGE} changes at once: the oldest are left out)`);
    for (const message of changes) {
      terminal.line(message, () => lineOf(message));
      if ((left -= 1) <= 0) return;
    }
    await delay(everyMs, undefined, { signal });
  }
}

/**
 * How far the changes were read. A change may become visible after later ones, so the last seconds are read again,
 * and what was shown of them is known.
 */
interface Seen {
  readonly from: string;
  readonly shown: ReadonlySet<string>;
}

const OVERLAP_MS = 2_000;

interface Page {
  readonly messages: readonly MessageView[];
  readonly pagination: { readonly next: string | null };
}

function pageOf({ api, given }: Context, after: string | undefined, limit: number): Promise<Page> {
  const query = { sort: 'updated_at', order: 'desc', limit, after, user_id: given.text('user') };
  return api.get<Page>('/api/v1/messages', query);
}

async function latest(context: Context): Promise<Seen> {
  const { messages } = await pageOf(context, undefined, PAGE);
  return seenOf(messages);
}

function seenOf(messages: readonly MessageView[]): Seen {
  const last = messages.reduce((time, { updated_at }) => Math.max(time, Date.parse(updated_at)), 0);
  const from = new Date(Math.max(0, last - OVERLAP_MS)).toISOString();
  return { from, shown: new Set(messages.filter(({ updated_at }) => updated_at >= from).map(keyOf)) };
}

const keyOf = ({ id, status, updated_at }: MessageView) => `${id} ${status} ${updated_at}`;

/** What changed since then, the oldest first. */
async function changesSince(context: Context, seen: Seen) {
  const read: MessageView[] = [];
  let missed = true;
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES && missed; pages += 1) {
    const { messages, pagination } = await pageOf(context, after, PAGE);
    read.push(...messages.filter(({ updated_at }) => updated_at >= seen.from));
    missed = pagination.next !== null && messages.every(({ updated_at }) => updated_at >= seen.from);
    after = pagination.next ?? undefined;
  }
  const changes = read.filter((message) => !seen.shown.has(keyOf(message))).toReversed();
  return { changes, next: read.length === 0 ? seen : seenOf(read), missed };
}

function lineOf({
  id,
  updated_at,
  priority,
  status,
  provider,
  user_id,
  content,
  error,
}: MessageView): string {
  const what = error && status !== 'completed' ? `${error.code}: ${error.message}` : content;
  const words = [updated_at.slice(11, 23), status.padEnd(10), priority.padEnd(8), provider.padEnd(12), id];
  return `${words.join('  ')}  ${oneLine(user_id, 20)}: ${oneLine(what, 60)}`;
}
