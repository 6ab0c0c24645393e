import { type Bench, type Report } from './bench.js';
import { Fleet, NOT_ENQUEUED, sleep } from './fleet.js';
import { onStage, type Stage } from './stage.js';
import { quantile, round } from './statistics.js';

const UPSTREAM = { slots: 10, callMs: 200 };
const BACKLOG = 100_000;
const REALTIME = 200;
const EVERY_MS = 150;
/** Of the ten slots, so that a realtime message need not wait for one to come free. */
const RESERVED = 2;
const GOAL_MS = UPSTREAM.callMs / UPSTREAM.slots + 20;

export const priority: Bench = {
  name: 'priority',
  about: 'realtime waits behind 100,000 low messages with all slots busy, with and without reserved slots',
  run: async () =>
    report(await onStage((stage) => measure(stage, 0)), await onStage((stage) => measure(stage, RESERVED))),
};

async function measure(stage: Stage, reserved: number): Promise<number[]> {
  const env = { QUEUE_RESERVED_FOR_REALTIME: String(reserved), SCHEDULER_STRATEGY: 'static' };
  const fleet = await Fleet.start(stage, 2, UPSTREAM, env);
  await fleet.sendAll(
    Array.from({ length: BACKLOG }, (_, n) => ({
      user_id: `user ${n % 1_000}`,
      content: 'hello',
      priority: 'low',
    })),
  );
  await fleet.until(async () => (await fleet.count(NOT_ENQUEUED)) === 0, 300_000, 500);
  for (let i = 0; i < REALTIME; i += 1) {
    await fleet.send({ user_id: `caller ${i}`, content: 'quick', priority: 'realtime' });
    await sleep(Math.random() * 2 * EVERY_MS);
  }
  const open = `priority = 1 AND started_at IS NULL`;
  await fleet.until(async () => (await fleet.count(open)) === 0, 30_000);
  const rows = await fleet.rows<{ ms: number }>(
    'SELECT extract(epoch FROM started_at - created_at)::float8 * 1000 AS ms FROM messages WHERE priority = 1',
  );
  await fleet.close();
  return rows.map(({ ms }) => ms);
}

function report(shared: readonly number[], reserved: readonly number[]): Report {
  const of = (waits: readonly number[]) => ({
    p50_ms: round(quantile(waits, 0.5), 0),
    p99_ms: round(quantile(waits, 0.99), 0),
  });
  const [figures, baseline] = [of(reserved), of(shared)];
  const row = (name: string, waits: readonly number[]) => [
    name,
    ...[0.5, 0.95, 0.99].map((part) => quantile(waits, part).toFixed(0)),
  ];
  return {
    name: 'priority',
    figures,
    baseline,
    ratio: null,
    goal: `realtime p99 ≤ ${GOAL_MS} ms behind ${BACKLOG} low messages, ${RESERVED} of ${UPSTREAM.slots} slots reserved`,
    ok: figures.p99_ms <= GOAL_MS,
    table: [
      [
        `realtime behind ${BACKLOG} low, ${UPSTREAM.slots} slots, ${UPSTREAM.callMs} ms a call`,
        'p50 ms',
        'p95',
        'p99',
      ],
      row('no slot reserved', shared),
      row(`${RESERVED} slots reserved`, reserved),
    ],
  };
}
