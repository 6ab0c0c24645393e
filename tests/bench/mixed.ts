import { SlotWatch } from '../support/slot-watch.js';
import { type Bench, type Report } from './bench.js';
import { Fleet, sleep } from './fleet.js';
import { onStage, type Stage } from './stage.js';
import { quantile, round } from './statistics.js';

const UPSTREAM = { slots: 10, callMs: 200 };
const CAPACITY = (UPSTREAM.slots * 1_000) / UPSTREAM.callMs;
const LOAD = 1.4;
const SECONDS = 30;
/** Parts of the load. */
const MIX = { realtime: 0.1, high: 0.2, normal: 0.4, low: 0.3 } as const;
type Band = keyof typeof MIX;
const BANDS = Object.keys(MIX) as Band[];
/** The default of `queue.bands.low.max_wait`. */
const LOW_MAX_WAIT_MS = 120_000;
const GOAL = { realtimeP95Ms: 60, used: 0.97 };

export const mixed: Bench = {
  name: 'mixed',
  about: 'waiting times of the four bands at 1.4 × capacity, three worker processes, ten shared slots',
  run: () => onStage(measure),
};

async function measure(stage: Stage): Promise<Report> {
  const fleet = await Fleet.start(stage, 3, UPSTREAM, { SCHEDULER_STRATEGY: 'static' });
  for (let i = 0; i < 100; i += 1) await fleet.send({ user_id: `warm-up ${i}`, content: 'hello' });
  await fleet.until(async () => (await fleet.count(`status <> 'completed'`)) === 0, 30_000);
  await fleet.rows('DELETE FROM messages');
  const watch = new SlotWatch({ env: { REDIS_URL: stage.redis.url } }, 'simulator');
  await load(fleet, watch);
  await watch.stop();
  await fleet.until(async () => (await fleet.count(`status <> 'completed'`)) === 0, 120_000);
  const waits = await waitsOf(fleet);
  await fleet.close();
  return report(waits, watch);
}

/** Poisson arrivals, whatever the answers take (an open loop); slots are watched once all of them can be in use. */
async function load(fleet: Fleet, watch: SlotWatch): Promise<void> {
  const startedAt = performance.now();
  const sent: Promise<string>[] = [];
  let dueMs = 0;
  let watching = false;
  while (dueMs < SECONDS * 1_000) {
    await sleep(startedAt + dueMs - performance.now());
    sent.push(fleet.send({ user_id: `user ${sent.length % 50}`, content: 'hello', priority: anyBand() }));
    dueMs += (-Math.log(1 - Math.random()) * 1_000) / (CAPACITY * LOAD);
    if (watching || dueMs < 2_000) continue;
    watching = true;
    watch.start();
  }
  await Promise.all(sent);
}

function anyBand(): Band {
  let rest = Math.random();
  return BANDS.find((band) => (rest -= MIX[band]) < 0) ?? 'low';
}

async function waitsOf(fleet: Fleet): Promise<Record<Band, number[]>> {
  const rows = await fleet.rows<{ priority: number; ms: number }>(
    'SELECT priority, extract(epoch FROM started_at - created_at)::float8 * 1000 AS ms FROM messages',
  );
  const of = (band: Band) => rows.filter(({ priority }) => BANDS[priority - 1] === band).map(({ ms }) => ms);
  return { realtime: of('realtime'), high: of('high'), normal: of('normal'), low: of('low') };
}

function report(waits: Record<Band, number[]>, { peak, mean }: { peak: number; mean: number }): Report {
  const figures = {
    realtime_p95_ms: round(quantile(waits.realtime, 0.95), 0),
    low_max_ms: round(Math.max(...waits.low), 0),
    slots_used: round(mean / UPSTREAM.slots, 3),
    peak_slots: peak,
  };
  const row = (band: Band) => [
    band,
    String(waits[band].length),
    ...[0.5, 0.95, 1].map((part) => quantile(waits[band], part).toFixed(0)),
  ];
  return {
    name: 'mixed',
    figures,
    baseline: {},
    ratio: null,
    goal: `realtime p95 ≤ ${GOAL.realtimeP95Ms} ms, every low ≤ ${LOW_MAX_WAIT_MS} ms, slots used ≥ ${GOAL.used}, peak ${UPSTREAM.slots}`,
    ok:
      figures.realtime_p95_ms <= GOAL.realtimeP95Ms &&
      figures.low_max_ms <= LOW_MAX_WAIT_MS &&
      figures.slots_used >= GOAL.used &&
      peak === UPSTREAM.slots,
    table: [
      [`${LOAD} × capacity, ${SECONDS} s`, 'messages', 'wait p50 ms', 'p95', 'max'],
      ...BANDS.map(row),
      ['slots held', String(UPSTREAM.slots), mean.toFixed(2), '', String(peak)],
    ],
  };
}
