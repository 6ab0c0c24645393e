import { type Bench, type Report } from './bench.js';
import { Fleet, NOT_ENQUEUED, sleep } from './fleet.js';
import { onStage, type Stage } from './stage.js';
import { median, quantile, round } from './statistics.js';

const UPSTREAM = { slots: 50, callMs: 0 };
const SHALLOW = 1_000;
const DEEP = 1_000_000;
const ROUNDS = 5;
const ROUND_MS = 5_000;
/** As much as one worker brings to an end on two cores, so that the shallow queue does not run empty. */
const FEED_PER_SECOND = 1_000;
const FEED = 100;
const ACCEPTS = 300;
const GOAL = { ratio: 0.9, p99Ms: 100, bytes: 1_200 };

export const depth: Bench = {
  name: 'depth',
  about: 'throughput, accept times and Redis memory with 1,000,000 messages waiting, against 1,000',
  run: async () => {
    const shallow = await onStage((stage) => measure(stage, SHALLOW));
    return report(shallow, await onStage((stage) => measure(stage, DEEP)));
  },
};

interface Depth {
  readonly perSecond: number;
  readonly acceptP99Ms: number;
  /** Of Redis, for each message that waits. */
  readonly bytes: number;
}

async function measure(stage: Stage, waiting: number): Promise<Depth> {
  const env = { SCHEDULER_STRATEGY: 'static', WORKER_CONCURRENCY: '50' };
  const fleet = await Fleet.start(stage, 1, UPSTREAM, env);
  await fleet.pause(true);
  const before = await usedBytes(fleet);
  await fill(fleet, waiting);
  const bytes = ((await usedBytes(fleet)) - before) / waiting;
  await fleet.pause(false);
  const rates = [];
  for (let round = 0; round < ROUNDS; round += 1) rates.push(await throughput(fleet, waiting));
  const acceptP99Ms = await accepts(fleet);
  await fleet.close();
  return { perSecond: median(rates), acceptP99Ms, bytes };
}

/** Brings the number of waiting messages up to this. */
async function fill(fleet: Fleet, waiting: number): Promise<void> {
  const missing = waiting - (await fleet.count(`status IN ('pending', 'queued')`));
  if (missing <= 0) return;
  await fleet.sendAll(messages(missing));
  await fleet.until(async () => (await fleet.count(NOT_ENQUEUED)) === 0, 900_000, 1_000);
}

/** Completed messages per second while as many are accepted, so that the depth stays about the same. */
async function throughput(fleet: Fleet, waiting: number): Promise<number> {
  const stop = feed(fleet);
  const [before, startedAt] = [await fleet.count(`status = 'completed'`), performance.now()];
  await fleet.until(() => Promise.resolve(performance.now() - startedAt > ROUND_MS), ROUND_MS * 2, 50);
  const seconds = (performance.now() - startedAt) / 1_000;
  const done = (await fleet.count(`status = 'completed'`)) - before;
  await stop();
  await fill(fleet, waiting);
  return done / seconds;
}

/** The same stream of new messages at both depths: it costs the same cores. Answers with how to end it. */
function feed(fleet: Fleet): () => Promise<void> {
  let ended = false;
  const run = (async () => {
    for (let due = performance.now(); !ended; due += (FEED * 1_000) / FEED_PER_SECOND) {
      await fleet.sendAll(messages(FEED));
      await sleep(due - performance.now());
    }
  })();
  return async () => {
    ended = true;
    await run;
  };
}

function messages(count: number) {
  return Array.from({ length: count }, (_, n) => ({ user_id: `user ${n % 1_000}`, content: 'hello' }));
}

async function accepts(fleet: Fleet): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < ACCEPTS; i += 1) {
    const startedAt = performance.now();
    await fleet.send({ user_id: 'one more', content: 'hello' });
    times.push(performance.now() - startedAt);
  }
  return quantile(times, 0.99);
}

async function usedBytes(fleet: Fleet): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await fleet.redis.info('memory'))![1]);
}

function report(shallow: Depth, deep: Depth): Report {
  const of = ({ perSecond, acceptP99Ms, bytes }: Depth) => ({
    messages_per_second: round(perSecond, 0),
    accept_p99_ms: round(acceptP99Ms, 1),
    redis_bytes_per_message: round(bytes, 0),
  });
  const [figures, baseline] = [of(deep), of(shallow)];
  const ratio = round(deep.perSecond / shallow.perSecond, 3);
  const row = (name: string, values: Readonly<Record<string, number>>) => [
    name,
    ...Object.values(values).map(String),
  ];
  return {
    name: 'depth',
    figures,
    baseline,
    ratio,
    goal: `throughput ≥ ${GOAL.ratio} of that at ${SHALLOW}, accept p99 < ${GOAL.p99Ms} ms, ≤ ${GOAL.bytes} bytes`,
    ok: ratio >= GOAL.ratio && deep.acceptP99Ms < GOAL.p99Ms && deep.bytes <= GOAL.bytes,
    table: [
      ['waiting', 'messages/s', 'accept p99 ms', 'Redis bytes per message'],
      row(String(SHALLOW), baseline),
      row(String(DEEP), figures),
    ],
  };
}
