import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PRIORITIES } from '#contracts';
import { ControlBus, createControlTransport } from '#control';
import { type Database, migrate, openDataSource, openEmbedded } from '#database';
import { Facts, LEDGER_SCHEMA } from '#ledger';
import { createLogger } from '#observability';
import { eventually } from '#testing';
import { Pauses } from './pauses.js';

const folder = mkdtempSync(join(tmpdir(), 'llmq-pauses-'));
const providers = { lanes: ['openai', 'simulator'], defaultLane: 'openai' };
const log = createLogger('silent', 'test');

let database: Database;
beforeAll(async () => {
  database = await openEmbedded(folder);
  await migrate(database, await openDataSource(database, LEDGER_SCHEMA));
});
afterAll(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

/** As a process of its own, which hears nothing of the others. */
function process(): Pauses {
  const bus = new ControlBus(createControlTransport(undefined, 'a').client, () => undefined);
  return new Pauses(new Facts(database), bus, providers, log);
}

describe('Pauses', () => {
  test('a process that hears of nothing sees a change all the same', async () => {
    const [here, there] = [process(), process()];
    await there.start();
    await here.pause({ priority: 'low' });
    expect(here.isPaused('openai', 'low')).toBe(true);
    await eventually(() => expect(there.open('simulator')).toEqual(['realtime', 'high', 'normal']));
    await there.stop();
    await here.resume({});
  });

  test('of many changes at once none is lost', async () => {
    const bands = PRIORITIES.map((priority) => ({ priority }));
    await Promise.all(bands.map((band) => process().pause(band)));
    await Promise.all(bands.map((band) => process().drain({ ...band, lane: 'openai' })));
    const after = process();
    await after.refresh();
    expect(new Set(after.now.paused.map(({ priority }) => priority))).toEqual(new Set(PRIORITIES));
    expect([after.accepting('openai', 'high'), after.accepting('simulator', 'high')]).toEqual([false, true]);
    await after.resume({});
    expect(after.now).toEqual({ paused: [], drained: [] });
  });

  test('resuming a lane leaves the others paused', async () => {
    const pauses = process();
    await pauses.pause({});
    await pauses.resume({ lane: 'openai' });
    expect([pauses.isPaused('openai', 'low'), pauses.isPaused('simulator', 'low')]).toEqual([false, true]);
    await pauses.resume({});
  });

  test('refuses a lane that is not there', async () => {
    await expect(process().pause({ lane: 'nowhere' })).rejects.toMatchObject({ code: 'provider_unknown' });
  });
});
