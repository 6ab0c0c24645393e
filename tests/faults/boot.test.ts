import { describe, expect, onTestFinished, test } from 'vitest';
import { Client } from '../support/client.js';
import { allEnded, query } from '../support/faults.js';
import { createSystem, type System, type Topology } from '../support/system.js';

async function setup(topology: Topology): Promise<System> {
  const system = await createSystem(topology);
  onTestFinished(() => system.stop());
  return system;
}

describe('a data folder', () => {
  test('is refused to a second server, which does not disturb the first, and is free once that is killed', async () => {
    const system = await setup('embedded');
    const first = await system.start('server');
    const second = system.spawn('server');
    expect(await second.exited).toBe(1);
    expect(second.output()).toMatch(/^Cannot start: The data folder \S+ is in use by process \d+\./m);
    expect(second.output()).toContain(system.env['DATA_DIR']);
    expect(second.output()).toContain(`process ${first.process.pid}.`);
    const client = new Client(first.url);
    const id = await client.send('still here');
    expect(await allEnded(() => client, [id])).toMatchObject([{ status: 'completed' }]);

    await system.kill(first);
    const next = await system.start('server');
    const { body } = await new Client(next.url).get(`/api/v1/messages/${id}`);
    expect(body).toMatchObject({ status: 'completed' });
  });
});

describe('an empty database', () => {
  test('is migrated once by four processes that boot on it together', async () => {
    const system = await setup('fleet');
    const members = await Promise.all([
      system.start('api-gateway'),
      system.start('api-gateway'),
      system.start('queue-manager'),
      system.start('scheduler'),
    ]);
    for (const { url } of members) expect((await fetch(`${url}/ready`)).status).toBe(200);
    const migrations = await query<{ name: string }>(system, 'SELECT name FROM migrations');
    expect(migrations.length).toBeGreaterThan(0);
    expect(new Set(migrations.map(({ name }) => name)).size).toBe(migrations.length);
  });
});
