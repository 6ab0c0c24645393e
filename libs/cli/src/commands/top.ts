import { setTimeout as delay } from 'node:timers/promises';
import { type Command, type Context } from '../command.js';
import { table } from '../terminal/table.js';

export const top: Command = {
  name: 'top',
  about: 'Shows bands, slots and providers as they are now, and again and again on a terminal.',
  remote: true,
  options: {
    every: { value: 'TIME', about: 'How often, 2s when left out.' },
    once: { about: 'Only once, as it does where the output is no terminal.' },
  },
  examples: ['llmq top', 'llmq top --once --json'],
  run,
};

interface Band {
  readonly name: string;
  readonly size: number;
  readonly max_size: number;
  readonly processing_count: number;
  readonly avg_wait_time: string | null;
  readonly head_wait: string | null;
  readonly paused: boolean;
  readonly draining: boolean;
  readonly shedding: boolean;
}

interface Lane {
  readonly name: string;
  readonly slots: number;
  readonly running: number;
  readonly throughput_per_minute: number | null;
  readonly avg_processing_time: string | null;
  readonly upstream_paused: string | null;
}

interface QueueStatus {
  readonly queues: readonly Band[];
  readonly lanes: readonly Lane[];
  readonly total_size: number;
  readonly total_processing: number;
}

interface Provider {
  readonly available: boolean;
  readonly response_time: string | null;
  readonly error_rate: number;
  readonly max_concurrency: number;
}

interface Plan {
  readonly state: string;
  readonly desired_workers: number;
}

/** What is seen at one look. */
export interface Picture {
  readonly at: string;
  readonly queues: QueueStatus;
  readonly providers: Readonly<Record<string, Provider>>;
  readonly scheduler: Plan;
}

async function run(context: Context): Promise<void> {
  const { terminal, given, signal } = context;
  const everyMs = given.duration('every', '2s');
  const live = terminal.output.isTTY && !terminal.asJson && !given.on('once');
  for (;;) {
    const picture = await look(context);
    if (live) terminal.output.write('\u001b[H\u001b[2J');
    terminal.answer(picture, () => draw(picture));
    if (!live) return;
    await delay(everyMs, undefined, { signal });
  }
}

async function look({ api }: Context): Promise<Picture> {
  const [queues, providers, scheduler] = await Promise.all([
    api.get<QueueStatus>('/api/v1/queues/status'),
    api.get<Picture['providers']>('/api/v1/providers/status'),
    api.get<Plan>('/api/v1/scheduler'),
  ]);
  return { at: new Date().toISOString(), queues, providers, scheduler };
}

function draw({ at, queues, providers, scheduler }: Picture): string {
  const { total_size: waiting, total_processing: running } = queues;
  const head = `${at.slice(11, 19)}  waiting ${waiting}  running ${running}  scheduler ${scheduler.state}, wants ${scheduler.desired_workers} worker(s)`;
  return [head, bands(queues.queues), lanes(queues.lanes, providers)].join('\n\n');
}

function bands(queues: readonly Band[]): string {
  const names = ['BAND', 'WAITING', 'OF', 'RUNNING', 'NEXT WAITS', 'WAIT (1h)', 'STATE'];
  return table(
    names,
    queues.map((band) => [
      band.name.replace('_priority', ''),
      band.size,
      band.max_size,
      band.processing_count,
      band.head_wait,
      band.avg_wait_time,
      stateOf(band),
    ]),
  );
}

function stateOf({ paused, draining, shedding }: Band): string {
  const states = [paused && 'paused', draining && 'draining', shedding && 'turning away'];
  return states.filter(Boolean).join(', ') || 'open';
}

function lanes(all: readonly Lane[], providers: Picture['providers']): string {
  const names = [
    'PROVIDER',
    'RUNNING',
    'SLOTS',
    'MOST',
    'PER MINUTE',
    'MEAN TIME',
    'FIRST TOKEN',
    'ERRORS',
    'STATE',
  ];
  const rows = all.map((lane) => {
    const provider = providers[lane.name];
    return [
      lane.name,
      lane.running,
      lane.slots,
      provider?.max_concurrency,
      lane.throughput_per_minute,
      lane.avg_processing_time,
      provider?.response_time,
      provider && `${Math.round(provider.error_rate * 100)} %`,
      laneState(lane, provider),
    ];
  });
  return table(names, rows);
}

function laneState({ upstream_paused: paused }: Lane, provider: Provider | undefined): string {
  if (paused !== null && paused !== '0ms') return `paused for ${paused}`;
  return provider?.available === false ? 'not available' : 'available';
}
