import { afterAll, beforeAll, expect, test } from 'vitest';
import { Client } from './support/client.js';
import { startSystem, type System } from './support/system.js';

let system: System;
let client: Client;

beforeAll(async () => {
  system = await startSystem('embedded', { SIMULATOR_DELAY: '5s' });
  client = new Client(system.gateways[0]!.url);
});
afterAll(() => system?.stop());

const json = { 'content-type': 'application/json' };

test('bytes that are no UTF-8 are refused', async () => {
  const body = Buffer.concat([
    Buffer.from('{"user_id":"u","content":"'),
    Buffer.from([0xff]),
    Buffer.from('"}'),
  ]);
  const response = await fetch(`${client.url}/api/v1/messages`, { method: 'POST', headers: json, body });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    code: 'invalid_request',
    detail: 'The body is not valid UTF-8',
  });
});

test('a client may name a content type where it sends nothing', async () => {
  const id = await client.send('hello');
  const response = await fetch(`${client.url}/api/v1/messages/${id}`, { method: 'DELETE', headers: json });
  expect(response.status).toBe(200);
});

test('where a body is needed, none is refused', async () => {
  const response = await fetch(`${client.url}/api/v1/messages`, { method: 'POST', headers: json });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code: 'invalid_request', errors: [{ field: 'body' }] });
});
