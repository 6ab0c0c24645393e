import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Chat, upgrade } from './support/chat.js';
import { startSystem, type System } from './support/system.js';

describe('chat with API keys', () => {
  let system: System;
  const keys = { ada: 'key-of-the-tenant-ada', bob: 'key-of-the-tenant-bob', reader: 'key-that-only-reads' };

  beforeAll(async () => {
    const API_KEYS = `a:${keys.ada}:ada,b:${keys.bob}:bob,r:${keys.reader}:ada:read`;
    system = await startSystem('embedded', { API_KEYS, LIMIT_KEY_RATE: '600/m', SIMULATOR_DELAY: '5ms' });
  });
  afterAll(() => system?.stop());

  test('asks for one, as a header or as ?token=', async () => {
    const { url } = system.gateways[0]!;
    expect(await upgrade(url)).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    expect((await upgrade(url, '?token=wrong')).status).toBe(401);
    expect((await upgrade(url, `?token=${keys.reader}`)).status).toBe(403);
    expect((await upgrade(url, '', { authorization: `Bearer ${keys.ada}` })).status).toBe(101);
    const ws = await Chat.open(url, `?token=${keys.ada}&session_id=mine`);
    ws.send('hi');
    await ws.heard('chunk 5');
    const read = (token: string) => fetch(`${url}/sse/mine?token=${token}`);
    const mine = await read(keys.reader);
    expect(mine.status).toBe(200);
    await mine.body!.cancel();
    expect([(await read(keys.bob)).status, (await read('')).status]).toEqual([404, 401]);
    ws.leave();
  });

  test('counts texts as requests', async () => {
    const { url } = system.gateways[0]!;
    const ws = await Chat.open(url, `?token=${keys.bob}&mode=session`);
    for (let i = 0; i < 700; i += 1) ws.send('');
    await ws.heard('error: rate_limited: ');
    ws.leave();
    await ws.closed();
  });
});

test('pages of other origins are let in only where they may', async () => {
  const system = await startSystem('embedded', { SOCKET_ALLOWED_ORIGINS: 'https://app.test' });
  try {
    const { url } = system.gateways[0]!;
    expect((await upgrade(url, '', { origin: 'https://evil.test' })).status).toBe(403);
    expect((await upgrade(url, '', { origin: 'https://app.test' })).status).toBe(101);
  } finally {
    await system.stop();
  }
});
