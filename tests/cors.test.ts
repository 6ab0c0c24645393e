import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startSystem, type System } from './support/system.js';

const PAGE = 'https://app.example.com';

describe('pages of other origins', () => {
  let system: System;
  const ask = (method: string, origin: string, headers: Readonly<Record<string, string>> = {}) =>
    fetch(`${system.gateways[0]!.url}/api/v1/tasks`, { method, headers: { origin, ...headers } });
  const allowed = (response: Response) => response.headers.get('access-control-allow-origin');

  beforeAll(async () => {
    system = await startSystem('embedded', { HTTP_CORS_ORIGINS: PAGE });
  });
  afterAll(() => system?.stop());

  test('may call the API where they are configured, also when they ask first', async () => {
    const asked = await ask('OPTIONS', PAGE, { 'access-control-request-method': 'DELETE' });
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-methods')).toContain('DELETE');
    expect(asked.headers.get('access-control-allow-headers')).toContain('Authorization');
    for (const response of [asked, await ask('GET', PAGE)]) expect(allowed(response)).toBe(PAGE);
  });

  test("may use OpenAI's client", async () => {
    const sent: Headers[] = [];
    const note: typeof fetch = (url, init) => {
      sent.push(new Headers(init?.headers));
      return fetch(url, init);
    };
    const options = { baseURL: `${system.gateways[0]!.url}/v1`, apiKey: 'none', fetch: note };
    await new OpenAI(options).chat.completions.create({
      model: 'auto',
      messages: [{ role: 'user', content: 'Hello' }],
    });
    const asked = await ask('OPTIONS', PAGE, { 'access-control-request-method': 'POST' });
    const allowed = asked.headers.get('access-control-allow-headers')!.toLowerCase().split(', ');
    const own = [...sent[0]!.keys()].filter((name) => !['accept', 'user-agent'].includes(name));
    expect(own.length).toBeGreaterThan(5);
    expect(allowed).toEqual(expect.arrayContaining(own));
  });

  test('may not where they are not', async () => {
    const asked = await ask('OPTIONS', 'https://elsewhere.example.com', {
      'access-control-request-method': 'POST',
    });
    expect(asked.status).not.toBe(204);
    for (const response of [asked, await ask('GET', 'https://elsewhere.example.com')])
      expect(allowed(response)).toBeNull();
  });
});
