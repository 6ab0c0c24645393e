import { Queue, QueueEvents, Worker } from 'bullmq';
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
  about: 'from the commit of a message to its start in an idle system, beside a bare BullMQ worker',
  run: () => onStage(measure),
};

/** One message at a time, with pauses of all lengths; the rounds of both sides take turns. */
async function measure(stage: Stage): Promise<Report> {
  const fleet = await Fleet.start(stage, 1, UPSTREAM, { SCHEDULER_STRATEGY: 'static' });
  const bare = await Bare.open(stage.redis.url);
  await ours(fleet, WARM_UP);
  await bare.run(WARM_UP);
  const rounds = { product: [] as number[][], bare: [] as number[][] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.product.push(await ours(fleet, MESSAGES));
    rounds.bare.push(await bare.run(MESSAGES));
  }
  await bare.close();
  await fleet.close();
  return report(rounds.product, rounds.bare);
}

/** From `created_at`, the time of the insert, to `started_at`, the time of the claim: both by the clock of Postgres. */
async function ours(fleet: Fleet, messages: number): Promise<number[]> {
  const ids: string[] = [];
  for (let i = 0; i < messages; i += 1) {
    await sleep(10 + Math.random() * 30);
    ids.push(await fleet.send({ user_id: `user ${i}`, content: 'hello' }));
  }
  const done = async () =>
    (await fleet.count(`status <> 'completed' AND id = ANY('{${ids.join(',')}}')`)) === 0;
  await fleet.until(done, 10_000, 20);
  const rows = await fleet.rows<{ ms: number }>(
    'SELECT extract(epoch FROM started_at - created_at)::float8 * 1000 AS ms FROM messages WHERE id = ANY($1)',
    [ids],
  );
  return rows.map(({ ms }) => ms);
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

function report(product: readonly number[][], bare: readonly number[][]): Report {
  const of = (rounds: readonly number[][], part: number) =>
    median(rounds.map((waits) => quantile(waits, part)));
  const figuresOf = (rounds: readonly number[][]) => ({
    p50_ms: round(of(rounds, 0.5), 2),
    p99_ms: round(of(rounds, 0.99), 2),
  });
  const [figures, baseline] = [figuresOf(product), figuresOf(bare)];
  const row = (name: string, { p50_ms, p99_ms }: typeof figures) => [name, String(p50_ms), String(p99_ms)];
  return {
    name: 'start',
    figures,
    baseline,
    ratio: null,
    goal: `p50 ≤ ${GOAL_MS} ms`,
    ok: figures.p50_ms <= GOAL_MS,
    table: [
      [`${ROUNDS} × ${MESSAGES} messages, one at a time`, 'p50 ms', 'p99'],
      row('product: insert to claim, both in Postgres', figures),
      row('bare BullMQ: add to processor', baseline),
    ],
  };
}
