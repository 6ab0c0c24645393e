import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const yaml = (urls: readonly string[]) => `
providers:
  - name: two
    kind: openai-compatible
    endpoints: [${urls.map((url) => `{ url: '${url}/v1' }`).join(', ')}]
    balancing: { strategy: ip_hash }
    default_model: a
    models:
      - { id: a, capabilities: [chat], context_window: 10000, max_output_tokens: 1000, price: free, quality: 1, speed: 1 }
`;

describe.each(PROFILES)('endpoints by the address of clients (%s)', (topology) => {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-client-network-'));
  let upstreams: FakeUpstream[];
  let system: System;

  beforeAll(async () => {
    upstreams = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    const file = join(folder, 'providers.yaml');
    writeFileSync(file, yaml(upstreams.map(({ url }) => url)));
    system = await startSystem(topology, { PROVIDERS_FILE: file, HTTP_TRUSTED_PROXIES: '127.0.0.1' });
  });
  afterAll(async () => {
    await system?.stop();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
    rmSync(folder, { recursive: true });
  });

  test('all calls of a network go to one, through whichever gateway and for whichever user', async () => {
    const used = new Set<number>();
    for (let network = 1; network <= 12; network += 1) {
      for (const upstream of upstreams) upstream.clearCalls();
      const sent = [0, 1, 2].map(async (n) => {
        const { url } = system.gateways.at(n % system.gateways.length)!;
        const client = new Client(url, { 'x-forwarded-for': `203.0.${network}.7` });
        return client.ended(await client.send(`from ${network}`, { user_id: `u${n}` }));
      });
      for (const message of await Promise.all(sent)) expect(message).not.toHaveProperty('client');
      const calls = upstreams.map((upstream) => upstream.calls().length);
      expect(calls).toEqual(calls[0] === 0 ? [0, 3] : [3, 0]);
      used.add(calls.indexOf(3));
    }
    expect(used.size).toBe(2);
  });
});
