import { type Bench, type Report } from './bench.js';
import { Fleet } from './fleet.js';
import { onStage, type Stage } from './stage.js';
import { round } from './statistics.js';

const IN_FLIGHT = 20;
const UPSTREAM = { slots: 2 * IN_FLIGHT, callMs: 4_000 };
const GOAL_S = 10;

export const recover: Bench = {
  name: 'recover',
  about: 'kill -9 of a worker with 20 messages in flight: when all of them run again, with default settings',
  run: () => onStage(measure),
};

interface Row {
  readonly status: string;
  readonly attempt: number;
  readonly replies: number;
}

async function measure(stage: Stage): Promise<Report> {
  const fleet = await Fleet.start(stage, 1, UPSTREAM, { SCHEDULER_STRATEGY: 'static' });
  await fleet.sendAll(
    Array.from({ length: IN_FLIGHT }, (_, n) => ({ user_id: `user ${n}`, content: 'hello' })),
  );
  await fleet.until(async () => (await fleet.count(`status = 'processing'`)) === IN_FLIGHT, 10_000, 10);
  await stage.role('queue-manager', {
    SIMULATOR_CHUNKS: '1',
    SIMULATOR_DELAY: '50ms',
    SIMULATOR_MAX_CONCURRENCY: String(UPSTREAM.slots),
  });
  fleet.workers[0]!.process.kill('SIGKILL');
  const killedAt = performance.now();
  await fleet.until(async () => (await fleet.count('attempt = 2')) === IN_FLIGHT, 90_000, 20);
  const againS = round((performance.now() - killedAt) / 1_000, 1);
  await fleet.until(async () => (await fleet.count(`status = 'completed'`)) === IN_FLIGHT, 30_000, 20);
  const rows = await fleet.rows<Row>(
    `SELECT m.status, m.attempt, (SELECT count(*)::int FROM replies r WHERE r.message_id = m.id) AS replies FROM messages m`,
  );
  await fleet.close();
  const lost = rows.filter(({ replies }) => replies !== 1).length;
  return {
    name: 'recover',
    figures: { running_again_s: againS, lost },
    baseline: {},
    ratio: null,
    goal: `0 lost, one reply each, all running again ≤ ${GOAL_S} s`,
    ok: lost === 0 && againS <= GOAL_S,
    table: [
      ['kill -9 with 20 in flight, 30 s locks', 'figure'],
      ['all running again after s', againS.toFixed(1)],
      ['without exactly one reply', String(lost)],
    ],
  };
}
