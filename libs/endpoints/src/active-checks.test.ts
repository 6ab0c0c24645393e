import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type UpstreamEndpoint, type Upstreams } from '#balancing';
import { EndpointSettings, loadConfig } from '#config';
import { AddressGuard } from '#outbound';
import { eventually } from '#testing';
import { ActiveChecks } from './active-checks.js';
import { noLog } from './bench.conformance.js';
import { type UpstreamSync } from './upstream-sync.js';

const asked: string[] = [];
let server: Server;
let url: string;

/** `/dies/…` hangs, `/500/…` answers 500, and so on. */
beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? 'no key'}`);
    const status = Number(/^\/(\d+)\//.exec(request.url!)?.[1]);
    if (status) response.writeHead(status).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => void asked.splice(0));

function open(endpoints: readonly Partial<UpstreamEndpoint>[], env: Record<string, string> = {}) {
  const heard: string[] = [];
  const checked = (provider: string, id: string, isAlive: boolean) =>
    heard.push(`${provider} ${id} ${isAlive}`);
  const providers = [{ name: 'p', endpoints, keys: [], balancing: {} }];
  const config = loadConfig({ env: { ENDPOINTS_CHECK_TIMEOUT: '300ms', ...env } });
  const checks = new ActiveChecks(
    { checked } as unknown as Upstreams,
    { providers } as unknown as UpstreamSync,
    new EndpointSettings(config.endpoints),
    new AddressGuard({ allowPrivate: false, allowedHosts: [] }),
    noLog,
  );
  return { checks, heard };
}

test('any answer below 500 is a sign of life, and no key is shown', async () => {
  const ids = ['200', '401', '404', '429', '500', '503', 'dies'];
  const { checks, heard } = open(ids.map((id) => ({ id, url: `${url}/${id}/v1/` })));
  await checks.checkAll();
  await checks.stop();
  const lives = ['200', '401', '404', '429'];
  expect(heard.toSorted()).toEqual(ids.map((id) => `p ${id} ${lives.includes(id)}`).toSorted());
  expect(asked.toSorted()).toEqual(ids.map((id) => `GET /${id}/v1/models no key`).toSorted());
});

test('what is turned off or no server is not asked, and what is guarded only outside', async () => {
  const { checks, heard } = open([
    { id: 'off', url: `${url}/200/`, enabled: false },
    { id: 'simulator', url: 'simulator:' },
    { id: 'guarded', url: `${url}/200/`, guarded: true },
    { id: 'nobody', url: 'http://127.0.0.1:1' },
  ]);
  await checks.checkAll();
  await checks.stop();
  expect(heard.toSorted()).toEqual(['p guarded false', 'p nobody false']);
  expect(asked).toEqual([]);
});

test('goes on by itself where it is configured, and never by default', async () => {
  const endpoints = [{ id: '200', url: `${url}/200` }];
  const [often, never] = [open(endpoints, { ENDPOINTS_CHECK_INTERVAL: '10ms' }), open(endpoints)];
  never.checks.start();
  often.checks.start();
  await eventually(() => expect(often.heard.length).toBeGreaterThan(2));
  await Promise.all([often.checks.stop(), never.checks.stop()]);
  expect(never.heard).toEqual([]);
});
