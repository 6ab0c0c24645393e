import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '#testing';
import { FLAWLESS } from '../../support/checker.js';
import { query, timed } from '../../support/faults.js';
import { Load } from '../../support/load.js';
import { LIMIT, openScene } from '../../support/scene.js';
import { type Env, type Role } from '../../support/system.js';

const MINUTES = 60_000;

/**
 * BullMQ puts a retry off by the clock of the worker that asks for it, and ends that by the clock of the worker that looks;
 * the reconciler repairs by the ledger's clock what is late, after so long.
 */
const REPAIR_MS = 10_000;

const CLOCK = join(import.meta.dirname, '../../support/shift-clock.ts');

function clock(shiftMs: number): Env {
  return { NODE_OPTIONS: `--import ${CLOCK}`, CLOCK_SHIFT_MS: String(shiftMs) };
}

/** A fleet in which one process has the wrong time. */
async function setup(wrong: Role, shiftMs: number) {
  const right = (['api-gateway', 'queue-manager', 'scheduler'] as const).filter((role) => role !== wrong);
  const scene = await openScene({ roles: right });
  onTestFinished(() => scene.stop());
  const member = await scene.system.start(wrong, clock(shiftMs));
  // By its own log.
  const { time } = JSON.parse(await member.process.waitForLine('"msg":"listening"')) as {
    time: string | number;
  };
  expect(Math.abs(new Date(time).getTime() - Date.now() - shiftMs)).toBeLessThan(20_000);
  return scene;
}

describe.each([
  ['five minutes ahead', 5 * MINUTES],
  ['five minutes behind', -5 * MINUTES],
] as const)('a process whose clock is %s', (_, shiftMs) => {
  test('the only worker: leases hold, and a retry is not late for long', async () => {
    const { checker, client, upstream, system, slots } = await setup('queue-manager', shiftMs);
    upstream.behave({ status: 500, retryAfterMs: 2_000 }, { reply: 'echo' });
    const id = await checker.send(client(), 'again in two seconds');
    const { value, ms } = await timed(() => client().ended(id));
    expect(value).toMatchObject({ status: 'completed', retry_count: 1 });
    expect(ms).toBeGreaterThan(1_900);
    expect(ms).toBeLessThan(2_000 + REPAIR_MS);

    // Longer than the lease and its lock, which are renewed meanwhile.
    upstream.behave({ reply: 'echo', firstChunkDelayMs: 6_000 });
    const long = await checker.send(client(), 'outlives its lease');
    await eventually(async () => {
      const [row] = await query<{ left: number }>(
        system,
        `SELECT extract(epoch FROM lease_until - now())::float8 AS left FROM messages WHERE id = $1`,
        [long],
      );
      expect(row!.left).toBeGreaterThan(0);
      expect(row!.left).toBeLessThan(3);
    });
    expect([...(await slots.holders()).values()]).toEqual([1]);
    expect(await client().ended(long)).toMatchObject({ status: 'completed', retry_count: 0 });
    expect(await checker.settled()).toMatchObject({ ...FLAWLESS, duplicates: 0 });
  });

  test('one worker of two: what one puts off is made once more, and not late for long', async () => {
    const scene = await setup('queue-manager', shiftMs);
    const { checker, client, upstream, system, slots } = scene;
    await system.start('queue-manager');
    const faults = Array.from({ length: 12 }, () => ({ status: 500, retryAfterMs: 1_500 }));
    upstream.behave(...faults, { reply: 'echo', firstChunkDelayMs: 100 });
    const load = new Load(checker, client, await scene.talks(3), 40, 'mixed clocks').start();
    onTestFinished(() => load.stop());
    await eventually(() => expect(load.posted).toBeGreaterThan(100));
    await load.stop();
    expect(await checker.settled(30_000)).toMatchObject({ ...FLAWLESS, duplicates: 0 });
    for (const failed of upstream.calls().filter(({ status }) => status === 500)) {
      const again = upstream
        .calls()
        .find((call) => call.requestId === failed.requestId && call.receivedAt > failed.receivedAt);
      expect(again!.receivedAt - failed.finishedAt!).toBeLessThan(1_500 + REPAIR_MS);
    }
    expect(slots.peak).toBeLessThanOrEqual(LIMIT);
  });

  // The one is put into the schedule by the gateway, the other by the scheduler.
  test.each([
    ['api-gateway', 1_500],
    ['scheduler', 4_000],
  ] as const)('%s: what is put off starts when it is due', async (role, delayMs) => {
    const { checker, client, upstream } = await setup(role, shiftMs);
    upstream.behave({ reply: 'echo' });
    const before = Date.now();
    const id = await checker.send(client(), 'later', { delay: `${delayMs}ms` });
    const now = await checker.send(client(), 'now');
    await client().ended(now);
    expect(await client().ended(id)).toMatchObject({ status: 'completed' });
    expect(upstream.calls().map(({ messages }) => messages.at(-1)?.text)).toEqual(['now', 'later']);
    const [, late] = upstream.calls();
    expect(late!.receivedAt - before).toBeGreaterThan(delayMs - 100);
    expect(late!.receivedAt - before).toBeLessThan(delayMs + 5_000);
    expect(await checker.settled()).toMatchObject({ ...FLAWLESS, duplicates: 0 });
  });
});
