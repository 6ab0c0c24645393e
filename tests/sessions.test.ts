import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Client } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';

describe.each(PROFILES)('sessions (%s)', (topology) => {
  let system: System;
  let client: Client;
  const there = () => system.gateways.at(-1)!.url;

  async function session(fields: object = {}): Promise<string> {
    return (await client.post('/api/v1/sessions', fields)).body.id as string;
  }

  beforeAll(async () => {
    system = await startSystem(topology, { SIMULATOR_DELAY: '1ms' });
    client = new Client(system.gateways[0]!.url);
  });
  afterAll(() => system?.stop());

  test('are made, found, closed, opened again, and removed', async () => {
    const made = await client.post('/api/v1/sessions', {
      session_id: 'a/b ü',
      user_id: 'ada',
      context: 'Be brief.',
    });
    expect(made.status).toBe(201);
    expect(made.headers.get('location')).toBe('/api/v1/sessions/a%2Fb%20%C3%BC');
    expect(made.body).toEqual({
      id: 'a/b ü',
      session_id: 'a/b ü',
      user_id: 'ada',
      is_active: true,
      conversation_id: expect.stringMatching(/^conv_/),
      context: 'Be brief.',
      created_at: expect.any(String),
      updated_at: made.body.created_at,
    });
    const path = made.headers.get('location')!;
    const again = await new Client(there()).post('/api/v1/sessions', { session_id: 'a/b ü' });
    expect([again.status, again.body]).toEqual([200, made.body]);
    expect((await client.post(`${path}/close`, {})).body).toMatchObject({ is_active: false });
    expect(await client.post(`${path}/messages`, { content: 'x' })).toMatchObject({
      status: 409,
      body: { code: 'session_closed' },
    });
    expect((await client.post('/api/v1/sessions', { session_id: 'a/b ü' })).body.is_active).toBe(true);
    const sent = await client.post(`${path}/messages`, { content: 'x' });
    expect(sent).toMatchObject({ status: 201, body: { user_id: 'ada' } });
    expect((await client.delete(path)).status).toBe(204);
    expect(await client.get(path)).toMatchObject({ status: 404, body: { code: 'session_not_found' } });
    expect(await client.delete(path)).toMatchObject({ status: 404 });
    expect((await client.ended(sent.body.id as string)).status).toBe('completed');
  });

  test('have numbers for names where none is given, and never one that is taken', async () => {
    const first = Number((await session()).replace('sess-', ''));
    for (const ahead of [1, 2]) await session({ session_id: `sess-${first + ahead}` });
    const ids = await Promise.all(Array.from({ length: 20 }, () => session()));
    expect(new Set(ids).size).toBe(20);
    expect(ids).not.toContain(`sess-${first + 1}`);
  });

  test.each([{ session_id: ' ' }, { session_id: 'a\nb' }, { session_id: 'x'.repeat(129) }])(
    'are not called %j',
    async (body) => {
      expect(await client.post('/api/v1/sessions', body)).toMatchObject({
        status: 400,
        body: { code: 'invalid_session_id' },
      });
    },
  );

  test('are listed in pages', async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => session({ user_id: 'lister' })));
    await client.post(`/api/v1/sessions/${ids[0]!}/close`, {});
    const seen: string[] = [];
    let after = '';
    do {
      const { body } = await client.get(`/api/v1/sessions?user_id=lister&is_active=true&limit=3${after}`);
      seen.push(...body.sessions.map(({ id }: { id: string }) => id));
      after = body.pagination.has_more ? `&after=${encodeURIComponent(body.pagination.next as string)}` : '';
    } while (after !== '');
    expect(seen.toSorted()).toEqual(ids.slice(1).toSorted());
  });
});
