import { type Bench, type Report } from './bench.js';
import { Fleet } from './fleet.js';
import { onStage, type Stage } from './stage.js';
import { median, range, round } from './statistics.js';

const UPSTREAM = { slots: 200, callMs: 0 };
const MESSAGES = 10_000;
const ROUNDS = 5;
const GOAL = 2_500;

/** Asked many times a second, so it must not cost what is measured: the indexes know it, of whatever has ended. */
const ANY_OPEN = `
  SELECT EXISTS (SELECT FROM messages WHERE status IN ('pending', 'scheduled', 'queued', 'retrying'))
      OR EXISTS (SELECT FROM messages WHERE status = 'processing') AS open`;

export const e2e: Bench = {
  name: 'e2e',
  about: 'messages per second from accept to stored reply, simulator at 0 ms, on Redis and Postgres',
  run: () => onStage(measure),
};

async function measure(stage: Stage): Promise<Report> {
  const fleet = await Fleet.start(stage, 1, UPSTREAM, {
    SCHEDULER_STRATEGY: 'static',
    WORKER_CONCURRENCY: '200',
  });
  await once(fleet, 2_000);
  const rates = [];
  for (let i = 0; i < ROUNDS; i += 1) rates.push(await once(fleet, MESSAGES));
  await fleet.close();
  const perSecond = round(median(rates), 0);
  return {
    name: 'e2e',
    figures: { messages_per_second: perSecond },
    baseline: {},
    ratio: null,
    goal: `≥ ${GOAL} messages/s`,
    ok: perSecond >= GOAL,
    table: [
      [`accept → reply stored, ${MESSAGES} messages`, 'messages/s', 'range'],
      ['one gateway, one worker, one scheduler', String(perSecond), range(rates)],
    ],
  };
}

async function once(fleet: Fleet, messages: number): Promise<number> {
  const before = await fleet.count(`status = 'completed'`);
  const startedAt = performance.now();
  await fleet.sendAll(
    Array.from({ length: messages }, (_, n) => ({ user_id: `user ${n % 50}`, content: 'hello' })),
  );
  const done = async () => !(await fleet.rows<{ open: boolean }>(ANY_OPEN))[0]!.open;
  await fleet.until(done, 120_000, 50);
  const seconds = (performance.now() - startedAt) / 1_000;
  const completed = (await fleet.count(`status = 'completed'`)) - before;
  if (completed !== messages) throw new Error(`${completed} of ${messages} messages were completed`);
  return messages / seconds;
}
