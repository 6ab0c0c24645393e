import { Redis } from 'ioredis';
import { type Bench, type Report } from './bench.js';
import { type Load, type Measured, post } from './load.js';
import { onStage, type Stage } from './stage.js';
import { median, range, round } from './statistics.js';

const CONNECTIONS = 96;
const WARM_UP_S = 4;
const ROUND_S = 5;
const ROUNDS = 7;

const GOAL = { ratio: 0.75, p99Ms: 100 };

const BODY = JSON.stringify({
  user_id: 'bench',
  content: 'All work and no play. '.repeat(46).slice(0, 1_000),
});

/** Room for everything: a refused message would be a cheap one. */
const ROOM = { QUEUE_MAX_WAITING_NORMAL: '10000000' };

export const accept: Bench = {
  name: 'accept',
  about: 'durable POST /api/v1/messages per second, against bare Fastify and queue.add without a ledger',
  run: () => onStage(measure),
};

async function measure(stage: Stage): Promise<Report> {
  const [gateway, bare] = await Promise.all([
    stage.role('api-gateway', ROOM),
    stage.helper('tests/bench/bare-queue.js', { REDIS_URL: stage.redis.url }),
  ]);
  const load = (url: string): Load => ({ url, body: BODY, connections: CONNECTIONS, seconds: ROUND_S });
  const product = load(`${gateway.url}/api/v1/messages`);
  const baseline = load(`${bare.url}/messages`);
  for (const target of [baseline, product]) await post({ ...target, seconds: WARM_UP_S });
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let i = 0; i < ROUNDS; i += 1) {
    await dropBareQueue(stage);
    theirs.push(await post(baseline));
    ours.push(await post(product));
  }
  return report(ours, theirs);
}

/** Nobody works on the bare queue: its payloads would fill the memory of the machine. */
async function dropBareQueue(stage: Stage): Promise<void> {
  const redis = new Redis(stage.redis.url);
  for await (const keys of redis.scanStream({ match: 'bull:bare:*', count: 1_000 }) as AsyncIterable<
    string[]
  >)
    if (keys.length > 0) await redis.unlink(keys);
  await redis.quit();
}

function report(ours: readonly Measured[], theirs: readonly Measured[]): Report {
  const [figures, baseline] = [medians(ours), medians(theirs)];
  const ratio = round(median(ours.map(({ perSecond }, i) => perSecond / theirs[i]!.perSecond)), 3);
  return {
    name: 'accept',
    figures,
    baseline,
    ratio,
    goal: `ratio ≥ ${GOAL.ratio} with p99 < ${GOAL.p99Ms} ms`,
    ok: ratio >= GOAL.ratio && figures.p99_ms < GOAL.p99Ms,
    table: [
      [`accept, ${CONNECTIONS} connections`, 'requests/s', 'range', 'p50 ms', 'p99 ms', 'p99 range'],
      row('product: committed to Postgres', ours),
      row('bare Fastify + queue.add', theirs),
      ['product ÷ bare, per round', ratio.toFixed(2), ranges(ours, theirs), '', '', ''],
    ],
  };
}

function medians(rounds: readonly Measured[]) {
  return {
    requests_per_second: round(median(rounds.map(({ perSecond }) => perSecond)), 0),
    p50_ms: median(rounds.map(({ p50 }) => p50)),
    p99_ms: median(rounds.map(({ p99 }) => p99)),
  };
}

function row(name: string, rounds: readonly Measured[]): string[] {
  const { requests_per_second, p50_ms, p99_ms } = medians(rounds);
  const rates = range(rounds.map(({ perSecond }) => perSecond));
  const tails = range(rounds.map(({ p99 }) => p99));
  return [name, String(requests_per_second), rates, String(p50_ms), String(p99_ms), tails];
}

function ranges(ours: readonly Measured[], theirs: readonly Measured[]): string {
  return range(
    ours.map(({ perSecond }, i) => perSecond / theirs[i]!.perSecond),
    2,
  );
}
