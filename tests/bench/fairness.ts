import { type Bench, type Report } from './bench.js';
import { Fleet, NOT_ENQUEUED, sleep } from './fleet.js';
import { onStage, type Stage } from './stage.js';
import { quantile, round } from './statistics.js';

const UPSTREAM = { slots: 10, callMs: 100 };
const GOAL = { smallP99Ms: 100, jain: 0.99, jainFlooded: 0.95 };
const USERS = 10;
/** Messages of each of the equal users; the one that floods sends a hundred times as many. */
const EACH = 60;
const FLOOD = 100;
/** So that all of them come while the big user's messages wait. */
const SMALL_EVERY_MS = 100;

export const fairness: Bench = {
  name: 'fairness',
  about: 'waits of small users behind a big one, and Jain’s index of tokens over users with equal backlogs',
  run: () => onStage(measure),
};

async function measure(stage: Stage): Promise<Report> {
  const fleet = await Fleet.start(stage, 2, UPSTREAM, { SCHEDULER_STRATEGY: 'static' });
  const small = await smallUsers(fleet);
  const equal = await jain(fleet, 0);
  const flooded = await jain(fleet, EACH * FLOOD);
  await fleet.close();
  return report(small, equal, flooded);
}

/** One user has 800 messages waiting while five others come with ten each, now and then. */
async function smallUsers(fleet: Fleet): Promise<number[]> {
  await fleet.sendAll(many('whale', 800));
  await fleet.until(async () => (await fleet.count(`started_at IS NOT NULL`)) > 20, 10_000, 5);
  for (const message of interleaved([1, 2, 3, 4, 5].map((n) => many(`small ${n}`, 10)))) {
    await fleet.send(message);
    await sleep(Math.random() * 2 * SMALL_EVERY_MS);
  }
  const rows = `FROM messages WHERE user_id LIKE 'small%'`;
  await fleet.until(
    async () => (await fleet.count(`user_id LIKE 'small%' AND started_at IS NULL`)) === 0,
    60_000,
  );
  const waits = await fleet.rows<{ ms: number }>(
    `SELECT extract(epoch FROM started_at - created_at)::float8 * 1000 AS ms ${rows}`,
  );
  await drop(fleet);
  return waits.map(({ ms }) => ms);
}

/**
 * Jain's index (Σx)² ÷ n·Σx² of the tokens that users with equal backlogs got until half of their work was done, beside one
 * that floods.
 */
async function jain(fleet: Fleet, flood: number): Promise<number> {
  const users = Array.from({ length: USERS }, (_, n) => `user ${n}`);
  const flooder = flood === 0 ? [] : many('flooder', flood);
  await fleet.pause(true);
  await fleet.sendAll([...flooder, ...interleaved(users.map((user) => many(user, EACH)))]);
  await fleet.until(async () => (await fleet.count(NOT_ENQUEUED)) === 0, 120_000);
  await fleet.pause(false);
  const done = `status = 'completed' AND user_id <> 'flooder'`;
  await fleet.until(async () => (await fleet.count(done)) >= (USERS * EACH) / 2, 120_000, 20);
  const rows = await fleet.rows<{ tokens: number }>(
    `SELECT sum(r.prompt_tokens + r.completion_tokens)::int AS tokens
       FROM messages m JOIN replies r ON r.message_id = m.id GROUP BY m.user_id`,
  );
  const tokens = rows.map((row) => row.tokens);
  await drop(fleet);
  const sum = tokens.reduce((a, b) => a + b, 0);
  return (sum * sum) / (tokens.length * tokens.reduce((a, b) => a + b * b, 0));
}

/** Of different lengths, so that tokens are not just messages. */
function many(user_id: string, count: number) {
  return Array.from({ length: count }, (_, n) => ({
    user_id,
    content: 'word '.repeat(10 + ((n * 37) % 90)),
  }));
}

function interleaved<T>(lists: readonly (readonly T[])[]): T[] {
  return Array.from({ length: lists[0]!.length }, (_, i) => lists.map((list) => list[i]!)).flat();
}

/** The next part begins with nothing waiting: what is left of this one is cancelled, as an operator would. */
async function drop(fleet: Fleet): Promise<void> {
  await fleet.rows(`UPDATE messages SET status = 'cancelled' WHERE status IN ('pending', 'queued')`);
  await fleet.until(async () => (await fleet.count(`status = 'processing'`)) === 0, 30_000);
  await fleet.until(async () => (await waiting(fleet)) === 0, 120_000);
  await fleet.rows('DELETE FROM replies');
  await fleet.rows('DELETE FROM messages');
}

async function waiting(fleet: Fleet): Promise<number> {
  const keys = await fleet.redis.keys('*:simulator-normal:prioritized');
  return keys[0] === undefined ? 0 : fleet.redis.zcard(keys[0]);
}

function report(small: readonly number[], equal: number, flooded: number): Report {
  const figures = {
    small_p50_ms: round(quantile(small, 0.5), 0),
    small_p99_ms: round(quantile(small, 0.99), 0),
    jain: round(equal, 4),
    jain_flooded: round(flooded, 4),
  };
  return {
    name: 'fairness',
    figures,
    baseline: {},
    ratio: null,
    goal: `small users’ p99 ≤ ${GOAL.smallP99Ms} ms, Jain ≥ ${GOAL.jain}, with one at ${FLOOD} × ≥ ${GOAL.jainFlooded}`,
    ok:
      figures.small_p99_ms <= GOAL.smallP99Ms &&
      figures.jain >= GOAL.jain &&
      figures.jain_flooded >= GOAL.jainFlooded,
    table: [
      ['fairness', 'figure'],
      ['small users behind 800 messages of another, wait p50 ms', String(figures.small_p50_ms)],
      ['the same, p99', String(figures.small_p99_ms)],
      [`Jain’s index by tokens, ${USERS} users`, figures.jain.toFixed(4)],
      [`the same with one flooding at ${FLOOD} ×`, figures.jain_flooded.toFixed(4)],
    ],
  };
}
