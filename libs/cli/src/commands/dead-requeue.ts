import { setTimeout as delay } from 'node:timers/promises';
import { type Command, type Context } from '../command.js';
import { CliError, type EXIT } from '../exit-codes.js';
import { DEAD_FILTERS, filterOf } from './dead.js';

export const deadRequeue: Command = {
  name: 'dead requeue',
  about: 'Lets messages wait again: the ones that are named, or all that the filters mean.',
  arguments: '[ID…]',
  remote: true,
  options: {
    ...DEAD_FILTERS,
    all: { about: 'All that the filters mean; without a filter, all there are.' },
    rate: { value: 'N', about: 'At most so many a second, with --all.' },
  },
  examples: [
    'llmq dead requeue msg_01a1f956f23470008760cdc2fe54819d',
    'llmq dead requeue --all --code provider_unavailable --rate 20',
  ],
  run,
};

interface Redrive {
  readonly id: string;
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly total: number;
  readonly requeued: number;
  readonly skipped: number;
  readonly error: string | null;
}

function run(context: Context): Promise<keyof typeof EXIT | void> {
  const { args } = context.given;
  if (context.given.on('all') === args.length > 0)
    throw new CliError('usage', 'Name the dead letters, or give --all, and not both');
  return args.length > 0 ? requeueThese(context, args) : requeueAll(context);
}

async function requeueThese({ api, terminal }: Context, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    const message = await api.post<{ id: string; status: string }>(
      `/api/v1/dead-letters/${encodeURIComponent(id)}/requeue`,
    );
    terminal.line(message, () => `${message.id} is ${message.status}`);
  }
}

async function requeueAll(context: Context): Promise<keyof typeof EXIT> {
  const { api, terminal, given, signal } = context;
  const rate = given.text('rate') === undefined ? {} : { rate: given.whole('rate', 1, { min: 1, max: 1e6 }) };
  const begun = await api.post<Redrive>('/api/v1/dead-letters/requeue', {
    filter: filterOf(context),
    ...rate,
  });
  let redrive = begun;
  while (redrive.state === 'running') {
    terminal.progress(`requeued ${redrive.requeued} of ${redrive.total} …`);
    await delay(250, undefined, { signal });
    redrive = await api.get<Redrive>(`/api/v1/dead-letters/redrives/${begun.id}`);
  }
  const { requeued, skipped, total, state, error } = redrive;
  const left = skipped === 0 ? '' : `, ${skipped} left out: their conversations take no messages`;
  terminal.answer(
    redrive,
    () => `${state}: requeued ${requeued} of ${total}${left}${error ? ` (${error})` : ''}`,
  );
  return state === 'done' ? 'done' : 'failed';
}
