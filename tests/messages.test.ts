import { request as rawRequest } from 'undici';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, Client } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';

type View = Answer['body'];

/** A key of at least 16 characters for each tenant, so that every test has lists of its own. */
const TENANTS = ['defaults', 'lists', 'growing', 'paged', 'cursors', 'mine', 'theirs'] as const;
const keyOf = (name: string) => `key-of-the-tenant-${name}`;
const API_KEYS = [
  ...TENANTS.map((tenant) => `${tenant}:${keyOf(tenant)}:${tenant}:read+write`),
  `reader:${keyOf('reader')}:mine:read`,
].join(',');

const RANK: Readonly<Record<string, number>> = { realtime: 1, high: 2, normal: 3, low: 4 };
const SORTS = ['created_at', 'updated_at', 'priority'] as const;
const ORDERS = ['asc', 'desc'] as const;
const idsOf = (messages: readonly View[]): string[] => messages.map(({ id }) => id as string);

/** What the server promises: sorted by the column, then by id, both in the same direction. */
function sorted(messages: readonly View[], sort: (typeof SORTS)[number], order: (typeof ORDERS)[number]) {
  const key = (message: View) => (sort === 'priority' ? RANK[message.priority]! : Date.parse(message[sort]));
  const ascending = messages.toSorted((a, b) => key(a) - key(b) || (a.id < b.id ? -1 : 1));
  return order === 'asc' ? ascending : ascending.toReversed();
}

describe.each(PROFILES)('messages (%s)', (topology) => {
  let system: System;
  const as = (name: string, headers: Readonly<Record<string, string>> = {}) =>
    new Client(system.gateways[0]!.url, { 'x-api-key': keyOf(name), ...headers });

  beforeAll(async () => {
    system = await startSystem(topology, { API_KEYS, SIMULATOR_DELAY: '1ms', SIMULATOR_CHUNKS: '1' });
  });
  afterAll(() => system?.stop());

  test('a message that names only user and content gets the defaults', async () => {
    const client = as('defaults', { 'x-request-id': 'from-outside-1' });
    const { status, headers, body } = await client.post('/api/v1/messages', {
      user_id: 'ada',
      content: '  "Hello",\n\tÜmläut 😀 ',
    });
    expect(status).toBe(201);
    expect(headers.get('x-request-id')).toBe('from-outside-1');
    expect(headers.get('location')).toBe(`/api/v1/messages/${body.id}`);
    expect(body).toEqual({
      id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      conversation_id: null,
      user_id: 'ada',
      content: '  "Hello",\n\tÜmläut 😀 ',
      priority: 'normal',
      provider: 'simulator',
      model: 'simulator-1',
      routing: expect.objectContaining({ at: 0, targets: [{ provider: 'simulator', model: 'simulator-1' }] }),
      status: 'pending',
      queue_name: 'normal_priority',
      retry_count: 0,
      max_retries: 3,
      timeout: '5m',
      metadata: body.metadata,
      reply: null,
      usage: null,
      error: null,
      request_id: 'from-outside-1',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: body.created_at,
      scheduled_at: null,
      expires_at: new Date(Date.parse(body.created_at) + 86_400_000).toISOString(),
      started_at: null,
      completed_at: null,
      queue: { ...body.queue, position: 1 },
    });
    const { queue: _, ...accepted } = body;
    expect(await client.ended(body.id)).toEqual({
      ...accepted,
      status: 'completed',
      reply: expect.objectContaining({ finish_reason: 'stop', provider: 'simulator' }),
      usage: expect.objectContaining({ calls: 1, cost: 0 }),
      updated_at: expect.any(String),
      started_at: expect.any(String),
      completed_at: expect.any(String),
    });
  });

  test('metadata comes back as it was sent', async () => {
    const metadata = { 'käse 😀': [1, -2.5, null, true, 'a\nb', { deep: { er: [] } }], '': '', n: 1e300 };
    const id = await as('defaults').send('Hello', { metadata });
    expect((await as('defaults').get(`/api/v1/messages/${id}`)).body.metadata).toMatchObject(metadata);
  });

  test.each([
    ['realtime', 'realtime'],
    ['high', 'high'],
    ['normal', 'normal'],
    ['low', 'low'],
    ['urgent', 'realtime'],
    [1, 'realtime'],
    [2, 'high'],
    [3, 'normal'],
    [4, 'low'],
  ])('the priority %s is %s', async (given, expected) => {
    const client = as('defaults');
    const { body } = await client.post('/api/v1/messages', {
      user_id: 'p',
      content: 'Hello',
      priority: given,
    });
    expect(body).toMatchObject({ priority: expected, queue_name: `${expected}_priority` });
    expect(await client.ended(body.id)).toMatchObject({ priority: expected, status: 'completed' });
  });

  test('an unknown message is a 404', async () => {
    const answer = await as('defaults').get('/api/v1/messages/msg_0');
    expect(answer.status).toBe(404);
    expect(answer.body).toMatchObject({ code: 'message_not_found', status: 404 });
  });

  describe('lists', () => {
    let all: View[];
    let conversation: string;

    const list = async (query: string): Promise<View> =>
      (await as('lists').get(`/api/v1/messages?limit=100&${query}`)).body;

    beforeAll(async () => {
      const client = as('lists');
      conversation = (await client.post('/api/v1/conversations', { user_id: 'ada' })).body.id;
      const fail = { simulate: { fail: 'provider_rejected' } };
      const requests = Array.from({ length: 16 }, (_, i) => ({
        user_id: i % 3 === 0 ? 'ada' : 'bob',
        priority: (i % 4) + 1,
        ...(i % 5 === 0 && { conversation_id: conversation }),
        ...(i % 7 === 0 && { metadata: fail }),
      }));
      const ids = await Promise.all(requests.map((extra, i) => client.send(`message ${i}`, extra)));
      all = await Promise.all(ids.map((id) => client.ended(id)));
    });

    test.each([
      ['user_id=ada', (m: View) => m.user_id === 'ada'],
      ['user_id=nobody', () => false],
      ['status=completed', (m: View) => m.status === 'completed'],
      ['status=failed', (m: View) => m.status === 'failed'],
      ['status=processing', () => false],
      ['priority=high', (m: View) => m.priority === 'high'],
      ['priority=1', (m: View) => m.priority === 'realtime'],
      ['priority=urgent', (m: View) => m.priority === 'realtime'],
      [
        'user_id=bob&priority=low&status=completed',
        (m: View) => m.user_id === 'bob' && m.priority === 'low' && m.status === 'completed',
      ],
    ])('with the filter %s has what matches and nothing else', async (query, matches) => {
      expect((await list(query)).messages).toEqual(sorted(all.filter(matches), 'created_at', 'desc'));
    });

    test('by conversation has the messages of that conversation', async () => {
      const { messages } = await list(`conversation_id=${conversation}&order=asc`);
      expect(messages.map(({ content }: View) => content).toSorted()).toEqual(
        ['message 0', 'message 5', 'message 10', 'message 15'].toSorted(),
      );
    });

    test.each(SORTS.flatMap((sort) => ORDERS.map((order) => [sort, order] as const)))(
      'sorts by %s %s',
      async (sort, order) => {
        const { messages } = await list(`sort=${sort}&order=${order}`);
        expect(idsOf(messages)).toEqual(idsOf(sorted(all, sort, order)));
      },
    );

    test('has the newest 20 where nothing else is asked', async () => {
      const { messages, pagination } = (await as('lists').get('/api/v1/messages')).body;
      expect(messages).toEqual(sorted(all, 'created_at', 'desc'));
      expect(pagination).toEqual({ next: null, has_more: false, page_size: 20 });
    });
  });

  test.each(SORTS.flatMap((sort) => ORDERS.map((order) => [sort, order] as const)))(
    'a walk by cursor over %s %s meets every message once while new ones come',
    async (sort, order) => {
      const client = as('growing');
      const user = `${sort}-${order}`;
      const ids = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          client.send(`old ${i}`, { user_id: user, priority: (i % 4) + 1 }),
        ),
      );
      await Promise.all(ids.map((id) => client.ended(id)));
      const seen: string[] = [];
      let after = '';
      do {
        const query = `user_id=${user}&sort=${sort}&order=${order}&limit=3${after}`;
        const { messages, pagination } = (await client.get(`/api/v1/messages?${query}`)).body;
        expect(pagination).toEqual({
          next: pagination.has_more ? messages.at(-1).id : null,
          has_more: pagination.has_more,
          page_size: 3,
        });
        expect(pagination.has_more && messages.length !== 3).toBe(false);
        seen.push(...idsOf(messages));
        after = pagination.has_more ? `&after=${pagination.next}` : '';
        await client.send('new', { user_id: user, priority: (seen.length % 4) + 1 });
      } while (after !== '');
      expect(seen.filter((id) => ids.includes(id)).toSorted()).toEqual(ids.toSorted());
      // A new message that runs meanwhile moves in a list by updated_at; nothing else ever moves.
      const twice = seen.filter((id, i) => seen.indexOf(id) !== i);
      expect(twice.filter((id) => sort !== 'updated_at' || ids.includes(id))).toEqual([]);
    },
  );

  test('pages by number and by offset have totals', async () => {
    const client = as('paged');
    for (let i = 0; i < 5; i += 1) await client.send(`message ${i}`);
    const page = async (query: string) => {
      const { body } = await client.get(`/api/v1/messages?order=asc&${query}`);
      return { contents: body.messages.map(({ content }: View) => content), ...body.pagination };
    };
    const counted = { total: 5, total_pages: 3, page_size: 2 };
    expect(await page('page=1&page_size=2')).toMatchObject({
      ...counted,
      contents: ['message 0', 'message 1'],
      page: 1,
      has_more: true,
    });
    expect(await page('page=3&page_size=2')).toMatchObject({
      ...counted,
      contents: ['message 4'],
      page: 3,
      has_more: false,
      next: null,
    });
    expect(await page('page=9&page_size=2')).toMatchObject({
      ...counted,
      contents: [],
      page: 9,
      has_more: false,
    });
    expect(await page('page_size=2')).toMatchObject({ ...counted, page: 1 });
    expect(await page('page=2&limit=2')).toMatchObject({ ...counted, contents: ['message 2', 'message 3'] });
    expect(await page('limit=2&offset=2')).toMatchObject({
      ...counted,
      contents: ['message 2', 'message 3'],
      page: 2,
    });
    expect(await page('limit=2&offset=4')).toMatchObject({
      ...counted,
      contents: ['message 4'],
      has_more: false,
    });
    expect(await page('limit=2&offset=0&user_id=nobody')).toMatchObject({
      contents: [],
      total: 0,
      total_pages: 0,
      has_more: false,
    });
    expect(await page('limit=2')).not.toHaveProperty('total');
  });

  test('a cursor that is not of this list is refused', async () => {
    const client = as('cursors');
    const id = await client.send('mine', { user_id: 'ada' });
    const foreign = await as('theirs').send('theirs');
    const bad = [
      'after=msg_unknown',
      `after=${foreign}`,
      `after=${id}&user_id=bob`,
      `after=${id}&page=1`,
      `after=${id}&offset=0`,
    ];
    for (const query of bad) {
      const { status, body } = await client.get(`/api/v1/messages?${query}`);
      expect([query, status, body.code]).toEqual([query, 400, 'invalid_request']);
      expect(body.errors).toEqual([expect.objectContaining({ field: 'after' })]);
    }
  });

  test('two tenants never see each other', async () => {
    const [mine, theirs] = [as('mine'), as('theirs')];
    const conversation = (await theirs.post('/api/v1/conversations', { user_id: 'eve' })).body;
    const id = await theirs.send('secret', { user_id: 'eve', conversation_id: conversation.id });
    const message = await theirs.ended(id);
    const before = (await theirs.get(`/api/v1/conversations/${conversation.id}`)).body;

    const body = { user_id: 'eve', content: 'Hello' };
    const attempts: [string, string, unknown?][] = [
      ['GET', `/api/v1/messages/${id}`],
      ['GET', `/api/v1/messages/${id}/stream`],
      ['DELETE', `/api/v1/messages/${id}`],
      ['POST', '/api/v1/messages', { ...body, conversation_id: conversation.id }],
      ['GET', `/api/v1/conversations/${conversation.id}`],
      ['PUT', `/api/v1/conversations/${conversation.id}`, { title: 'taken' }],
      ['PUT', `/api/v1/conversations/${conversation.id}/state`, { state: 'archived' }],
      ['POST', `/api/v1/conversations/${conversation.id}/messages`, body],
    ];
    for (const [method, path, sent] of attempts) {
      const answer = await mine.request(method, path, sent);
      expect([method, path, answer.status]).toEqual([method, path, 404]);
      expect(answer.body.code).toMatch(/^(message|conversation)_not_found$/);
      expect(JSON.stringify(answer.body)).not.toContain('secret');
    }
    for (const path of [
      '/api/v1/messages',
      '/api/v1/messages?user_id=eve',
      '/api/v1/messages?page=1',
      `/api/v1/messages?conversation_id=${conversation.id}`,
    ])
      expect((await mine.get(path)).body.messages).toEqual([]);
    for (const path of ['/api/v1/conversations', '/api/v1/users/eve/conversations'])
      expect((await mine.get(path)).body.conversations).toEqual([]);

    expect((await theirs.get(`/api/v1/messages/${id}`)).body).toEqual(message);
    expect((await theirs.get(`/api/v1/conversations/${conversation.id}`)).body).toEqual(before);
  });

  test('a key that may only read does not write', async () => {
    const reader = as('reader');
    const id = await as('mine').send('Hello');
    expect((await reader.get(`/api/v1/messages/${id}`)).status).toBe(200);
    const writes: [string, string, unknown?][] = [
      ['POST', '/api/v1/messages', { user_id: 'u', content: 'Hello' }],
      ['DELETE', `/api/v1/messages/${id}`],
      ['POST', '/api/v1/conversations', { user_id: 'u' }],
      ['PUT', '/api/v1/conversations/conv_0', { title: 't' }],
      ['PUT', '/api/v1/conversations/conv_0/state', { state: 'archived' }],
      ['POST', '/api/v1/conversations/conv_0/messages', { content: 'Hello' }],
    ];
    for (const [method, path, body] of writes) {
      const answer = await reader.request(method, path, body);
      expect([method, path, answer.status, answer.body.code]).toEqual([method, path, 403, 'forbidden']);
    }
  });

  test('without a key, or with a wrong one, nothing is answered', async () => {
    const wrong = [
      {},
      { 'x-api-key': '' },
      { 'x-api-key': 'key-of-nobody-at-all' },
      { authorization: 'Bearer key-of-nobody-at-all' },
      { authorization: `Basic ${keyOf('mine')}` },
      { authorization: 'Bearer key-of-nobody-at-all', 'x-api-key': keyOf('mine') },
    ];
    for (const headers of wrong) {
      const client = new Client(system.gateways[0]!.url, headers as Record<string, string>);
      for (const path of ['/api/v1/messages', '/api/v1/messages/msg_0/stream', '/api/v1/conversations']) {
        const answer = await client.get(path);
        expect([headers, answer.status, answer.body.code]).toEqual([headers, 401, 'unauthorized']);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    }
    const bearer = new Client(system.gateways[0]!.url, { authorization: `Bearer ${keyOf('mine')}` });
    expect((await bearer.get('/api/v1/messages')).status).toBe(200);
  });
});

describe('messages without API keys', () => {
  let system: System;
  beforeAll(async () => {
    system = await startSystem('embedded');
  });
  afterAll(() => system?.stop());

  test.each([
    ['evil.example', 403],
    ['evil.example:80', 403],
    ['127.0.0.1.evil.example', 403],
    ['localhost.', 403],
    ['localhost', 200],
    ['LOCALHOST:1234', 200],
    ['127.0.0.1', 200],
    ['[::1]:8080', 200],
  ])('the host name %s is answered with %i', async (host, expected) => {
    const { statusCode, body } = await rawRequest(`${system.gateways[0]!.url}/api/v1/messages`, {
      headers: { host },
    });
    expect(statusCode).toBe(expected);
    expect(await body.json()).toMatchObject(
      expected === 200 ? { messages: [] } : { code: 'host_not_allowed', status: 403 },
    );
  });
});
