import { Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { type Bench, type Report } from './bench.js';
import { Fleet, sleep } from './fleet.js';
import { onStage, type Stage } from './stage.js';
import { median, quantile, round } from './statistics.js';

const UPSTREAM = { slots: 10, callMs: 0 };
const WARM_UP = 50;
const ROUNDS = 5;
const MESSAGES = 80;
const GOAL_MS = 2;

export const start: Bench = {
  name: 'start',
  about: 'how soon a message starts in an idle system, beside a bare BullMQ worker',
  run: () => onStage(measure),
};

/** What a message took on its way, in ms. */
interface Times {
  /** From its insert to its claim, by the clock of Postgres, which tells whole milliseconds. */
  readonly all: number;
  /** From the job that enters the schedule to the job that is taken, by the clock of Redis. */
  readonly schedule: number;
}

/** One message at a time, with pauses of all lengths; the rounds of both sides take turns. */
async function measure(stage: Stage): Promise<Report> {
  // While Redis is idle: ioredis stumbles over commands that follow its MONITOR at once.
  const eyes = await Eyes.open(stage.redis.url);
  const fleet = await Fleet.start(stage, 1, UPSTREAM, { SCHEDULER_STRATEGY: 'static' });
  const bare = await Bare.open(stage.redis.url);
  await ours(fleet, eyes, WARM_UP);
  await bare.run(WARM_UP);
  const rounds = { product: [] as Times[][], bare: [] as number[][] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.product.push(await ours(fleet, eyes, MESSAGES));
    rounds.bare.push(await bare.run(MESSAGES));
  }
  eyes.close();
  await bare.close();
  await fleet.close();
  return report(rounds.product, rounds.bare);
}

async function ours(fleet: Fleet, eyes: Eyes, messages: number): Promise<Times[]> {
  const times: Times[] = [];
  for (let i = 0; i < messages; i += 1) {
    await sleep(10 + Math.random() * 30);
    eyes.forget();
    const id = await fleet.send({ user_id: `user ${i}`, content: 'hello' });
    await fleet.until(
      async () => (await fleet.count(`status = 'completed' AND id = '${id}'`)) === 1,
      10_000,
      5,
    );
    const [row] = await fleet.rows<{ ms: number }>(
      'SELECT extract(epoch FROM started_at - created_at)::float8 * 1000 AS ms FROM messages WHERE id = $1',
      [id],
    );
    times.push({ all: row!.ms, schedule: eyes.taken - eyes.added });
  }
  return times;
}

/** Watches the commands of Redis: BullMQ adds a job with `marker` as its first key, and takes one with `active` as its second. */
class Eyes {
  added = 0;
  taken = 0;

  private constructor(private readonly monitor: Redis) {}

  static async open(url: string): Promise<Eyes> {
    const redis = new Redis(url);
    const monitor = await redis.monitor();
    redis.disconnect();
    const eyes = new Eyes(monitor);
    monitor.on('monitor', (time: string, [command, , , first, second]: string[]) => {
      if (command !== 'evalsha' || !first?.includes('simulator')) return;
      if (first.endsWith(':marker')) eyes.added ||= Number(time) * 1_000;
      else if (second?.endsWith(':active')) eyes.taken ||= Number(time) * 1_000;
    });
    return eyes;
  }

  forget(): void {
    this.added = this.taken = 0;
  }

  close(): void {
    this.monitor.disconnect();
  }
}

/** What BullMQ needs from `add` to the processor, with nothing around it. */
class Bare {
  private constructor(
    private readonly queue: Queue,
    private readonly worker: Worker,
    private readonly events: QueueEvents,
    private readonly waits: number[],
  ) {}

  static async open(url: string): Promise<Bare> {
    const { hostname: host, port } = new URL(url);
    const connection = { host, port: Number(port) };
    const waits: number[] = [];
    const began = (job: { data: { at: number } }) => {
      waits.push(performance.now() - job.data.at);
      return Promise.resolve();
    };
    const worker = new Worker('bare', began, { connection, concurrency: UPSTREAM.slots });
    await worker.waitUntilReady();
    return new Bare(
      new Queue('bare', { connection }),
      worker,
      new QueueEvents('bare', { connection }),
      waits,
    );
  }

  async run(jobs: number): Promise<number[]> {
    for (let i = 0; i < jobs; i += 1) {
      await sleep(10 + Math.random() * 30);
      const job = await this.queue.add('job', { at: performance.now() });
      await job.waitUntilFinished(this.events);
    }
    return this.waits.splice(0);
  }

  async close(): Promise<void> {
    await Promise.all([this.worker.close(), this.events.close(), this.queue.close()]);
  }
}

function report(product: readonly Times[][], bare: readonly number[][]): Report {
  const all = partsOf(product.map((times) => times.map((time) => time.all)));
  const figures = partsOf(product.map((times) => times.map(({ schedule }) => schedule)));
  const baseline = partsOf(bare);
  const row = (name: string, { p50_ms, p99_ms }: Parts) => [name, String(p50_ms), String(p99_ms)];
  return {
    name: 'start',
    figures,
    baseline,
    ratio: null,
    goal: `in the schedule p50 ≤ ${GOAL_MS} ms`,
    ok: figures.p50_ms <= GOAL_MS,
    table: [
      [`${ROUNDS} × ${MESSAGES} messages, one at a time`, 'p50 ms', 'p99'],
      row('product, in the schedule: added to taken', figures),
      row('product, with the ledger: insert to claim', all),
      row('bare BullMQ: add to processor', baseline),
    ],
  };
}

type Parts = {
  readonly p50_ms: number;
  readonly p99_ms: number;
};

function partsOf(rounds: readonly (readonly number[])[]): Parts {
  const of = (part: number) => round(median(rounds.map((waits) => quantile(waits, part))), 2);
  return { p50_ms: of(0.5), p99_ms: of(0.99) };
}
