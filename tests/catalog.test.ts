import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Client } from './support/client.js';
import { createSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const folder = mkdtempSync(join(tmpdir(), 'llmq-catalog-'));
const file = join(folder, 'providers.yaml');
let upstreams: readonly FakeUpstream[];
let system: System;
let client: Client;

const model = (id: string) =>
  `{ id: ${id}, capabilities: [chat], context_window: 10000, max_output_tokens: 1000, price: free, quality: 1, speed: 1 }`;

/** Two providers beside the shipped ones; `here` is the first upstream, or another one. */
const yaml = (here = 0, models = 'm1') => `providers:
  - name: here
    kind: openai-compatible
    keys: ['\${HERE_KEY}']
    endpoints: [{ url: '${upstreams[here]!.url}/v1' }]
    default_model: ${models}
    models: [${model(models)}]
  - name: there
    kind: openai-compatible
    endpoints: [{ url: '${upstreams[1]!.url}/v1' }]
    default_model: m2
    models: [${model('m2')}]
`;

beforeAll(async () => {
  upstreams = await Promise.all(
    [0, 1, 2].map((i) => startFakeUpstream({ behaviours: [{ reply: `from ${i}` }] })),
  );
  writeFileSync(file, yaml());
  system = await createSystem('embedded', {
    PROVIDERS_FILE: file,
    PROVIDERS_RELOAD_EVERY: '50ms',
    HERE_KEY: 'sk-here',
  });
});
afterAll(async () => {
  await system?.stop();
  await Promise.all(upstreams.map((upstream) => upstream.close()));
  rmSync(folder, { recursive: true });
});

describe('a system with bad provider files', () => {
  test.each([[[]], [['--validate']]])('does not start, and says where they are bad', async (args) => {
    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, yaml().replace('max_output_tokens: 1000, price: free', 'max_output_tokens: many'));
    const process = system.spawn('server', { PROVIDERS_FILE: bad }, args);
    expect(await process.exited).toBe(1);
    expect(process.output()).toContain(
      `${bad}:7:88: providers[0].models[0].max_output_tokens must be a whole`,
    );
    expect(process.output()).toContain(`${bad}:7:14: providers[0].models[0].price is missing`);
  });

  test.each(['api-gateway', 'queue-manager', 'scheduler'] as const)('has no %s either', async (role) => {
    const process = system.spawn(role, { PROVIDERS_FILE: join(folder, 'nothing.yaml') });
    expect(await process.exited).toBe(1);
    expect(process.output()).toContain('nothing.yaml:1:1: cannot be read');
  });
});

describe('a system with providers of its own', () => {
  beforeAll(async () => {
    await system.start('server');
    client = new Client(system.gateways[0]!.url);
  });
  beforeEach(() => upstreams.forEach((upstream) => upstream.clearCalls()));

  const replyOf = async (provider?: string) => {
    const { reply } = await client.ended(await client.send('hi', provider === undefined ? {} : { provider }));
    return reply as { content: string; provider: string; model: string };
  };

  test('calls each of them by its name, with its key and its model', async () => {
    expect(await replyOf('there')).toMatchObject({ content: 'from 1', provider: 'there', model: 'm2' });
    expect(await replyOf()).toMatchObject({ content: 'from 0', provider: 'here', model: 'm1' });
    expect(upstreams[0]!.calls()[0]!.model).toBe('m1');
    const { status, body } = await client.post('/api/v1/messages', {
      user_id: 'u',
      content: 'hi',
      provider: 'openai',
    });
    expect([status, body.code]).toEqual([400, 'provider_unknown']);
  });

  test('takes a changed file while it runs, and leaves a bad one', async () => {
    writeFileSync(file, yaml(2, 'm3'));
    await eventually(async () => expect(await replyOf()).toMatchObject({ content: 'from 2', model: 'm3' }));
    writeFileSync(file, yaml(0).replace('name: here', 'name: her e'));
    await system.workers[0]!.process.waitForLine('the provider files are not applied');
    expect(await replyOf()).toMatchObject({ content: 'from 2', model: 'm3' });
    const metrics = await (await fetch(`${client.url}/metrics`)).text();
    expect(metrics).toContain('llmq_catalog_refused 1');
    expect(metrics).toMatch(/llmq_catalog_reloads_total{outcome="refused"} [1-9]/);
    writeFileSync(file, yaml());
    await eventually(async () => expect(await replyOf()).toMatchObject({ content: 'from 0', model: 'm1' }));
  });

  test('asks for a restart where a provider would be gone', async () => {
    writeFileSync(file, yaml().split('  - name: there')[0]!);
    const line = await system.workers[0]!.process.waitForLine('restart_needed');
    expect(line).toContain('providers.there is gone or turned off; restart, once no message waits for it');
    expect(await replyOf('there')).toMatchObject({ content: 'from 1' });
  });
});
