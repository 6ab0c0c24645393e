import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Agent, request } from 'undici';
import { AddressGuard, type AddressRules, type Resolve } from './address-guard.js';

const NAMES: Readonly<Record<string, readonly string[]>> = {
  'api.example.com': ['93.184.216.34', '2606:2800:220:1::1'],
  'inside.example.com': ['10.0.0.7'],
  'both.example.com': ['93.184.216.34', '127.0.0.1'],
  'nothing.example.com': [],
};
const resolve: Resolve = (host) =>
  NAMES[host] ? Promise.resolve(NAMES[host]) : Promise.reject(new Error('ENOTFOUND'));

const guardWith = (rules: Partial<AddressRules> = {}, by = resolve) =>
  new AddressGuard({ allowPrivate: false, allowedHosts: [], ...rules }, by);

describe('an address from outside', () => {
  test.each([
    'https://api.example.com/v1',
    'http://api.example.com:8443',
    'https://API.EXAMPLE.COM./v1',
    'http://93.184.216.34/v1',
    'http://[2606:2800:220:1::1]/v1',
  ])('%s may be called', async (url) => {
    await expect(guardWith().check(url)).resolves.toBeUndefined();
  });

  test.each([
    'ftp://api.example.com',
    'file:///etc/passwd',
    'api.example.com',
    '',
    'https://user:secret@api.example.com',
    'https://user@api.example.com',
    'https://api.example.com/v1?key=x',
    'https://api.example.com/v1#x',
    'http://127.0.0.1:8080',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://017700000001/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://inside.example.com',
    'http://both.example.com',
    'http://nothing.example.com',
    'http://unknown.example.com',
  ])('%s may not', async (url) => {
    const refused = expect(guardWith().check(url)).rejects;
    await refused.toMatchObject({ code: 'address_refused', fields: [{ field: 'url' }] });
  });

  test('may be inside where the operator says so', async () => {
    const [one, all] = [
      guardWith({ allowedHosts: ['10.0.0.7', '::1', 'vllm'] }),
      guardWith({ allowPrivate: true }),
    ];
    for (const url of ['http://10.0.0.7:8000', 'http://[::1]', 'http://VLLM/v1']) await one.check(url);
    await expect(one.check('http://10.0.0.8')).rejects.toThrow('not on the public internet');
    await all.check('http://10.0.0.8');
    await expect(all.check('ftp://10.0.0.8')).rejects.toThrow('http or https');
  });
});

describe('a connection', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    server = createServer((_, reply) => reply.end('here'));
    await new Promise<void>((resolved) => server.listen(0, '127.0.0.1', resolved));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => server.close());

  const get = async (url: string, guard: AddressGuard) => {
    const agent = new Agent({ connect: guard.connector() });
    try {
      const { body } = await request(url, { dispatcher: agent });
      return await body.text();
    } finally {
      await agent.close();
    }
  };

  test('goes to what is allowed', async () => {
    expect(await get(`http://127.0.0.1:${port}`, guardWith({ allowedHosts: ['127.0.0.1'] }))).toBe('here');
    expect(await get(`http://localhost:${port}`, guardWith({ allowPrivate: true }))).toBe('here');
  });

  test.each(['127.0.0.1', '[::1]', '[::ffff:7f00:1]', 'localhost'])('does not go to %s', async (host) => {
    const refused = expect(get(`http://${host}:${port}`, guardWith())).rejects;
    await refused.toMatchObject({ code: 'provider_unavailable' });
  });

  test('does not go where a name leads by then', async () => {
    const guard = guardWith({}, () => Promise.resolve(['93.184.216.34']));
    const url = `http://localhost:${port}`;
    await guard.check(url);
    await expect(get(url, guard)).rejects.toMatchObject({ code: 'provider_unavailable' });
  });
});
