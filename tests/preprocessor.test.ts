import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Answer, Client } from './support/client.js';
import { PROFILES, startSystem, type System } from './support/system.js';

const ADMIN = '/api/v1/admin/preprocessor';
const RULES = `${ADMIN}/rules`;
const USERS = `${ADMIN}/user-priorities`;

const key = (name: string) => `${name}-0123456789abcdef`;
const API_KEYS = [
  `ops:${key('ops')}:acme:read+write+admin`,
  `app:${key('app')}:acme:read+write`,
  `other:${key('other')}:other:read+write+admin`,
  `modest:${key('modest')}:modest:read+write+admin`,
].join(',');
const TENANTS = JSON.stringify({ modest: { max_priority: 'normal' } });

describe.each(PROFILES)('the preprocessor (%s)', (topology) => {
  let system: System;
  let ops: Client;
  let elsewhere: Client;

  const clientOf = (name: string, gateway = 0) =>
    new Client(system.gateways.at(gateway)!.url, { 'x-api-key': key(name) });

  beforeAll(async () => {
    system = await startSystem(topology, {
      API_KEYS,
      TENANTS,
      SIMULATOR_CHUNKS: '1',
      SIMULATOR_DELAY: '0ms',
    });
    ops = clientOf('ops');
    elsewhere = clientOf('ops', -1);
  });
  afterAll(() => system?.stop());

  let n = 0;
  /** A word that no other test uses. */
  const word = () => `zork${(n += 1)}`;

  async function sent(client: Client, content: string, extra: object = {}): Promise<Answer['body']> {
    const answer = await client.post('/api/v1/messages', { user_id: 'u', content, ...extra });
    expect(answer.status).toBe(201);
    const { body } = await client.get(answer.headers.get('location')!);
    expect(body).toMatchObject({ priority: answer.body.priority, metadata: answer.body.metadata });
    return body;
  }

  const added = async (rule: object): Promise<Answer['body']> => {
    const { status, body } = await ops.post(RULES, rule);
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  };

  describe('a message', () => {
    test.each<[string, { priority?: string; metadata?: object }, string, string]>([
      ['explicit', { priority: 'low' }, 'low', 'Hello'],
      ['user_override', { metadata: { user_priority: 'high' } }, 'high', 'Regular message content'],
      ['vip_user', { metadata: { vip_user: true } }, 'high', 'Hello'],
      ['content_keywords', {}, 'high', 'This is an urgent request that needs attention'],
      ['content_keywords', {}, 'realtime', "I need this right now, it's immediate"],
      ['content_length', {}, 'low', 'word '.repeat(2_001)],
      ['metadata_hint', { metadata: { priority: 'low' } }, 'low', 'Hello'],
      ['default', {}, 'normal', 'Hello'],
    ])('%s: %j is %s', async (reason, extra, priority, content) => {
      const body = await sent(ops, content, extra);
      expect(body).toMatchObject({
        priority,
        metadata: {
          ...extra.metadata,
          priority_reason: reason,
          analysis: { word_count: expect.any(Number), language: expect.any(String) },
        },
      });
    });

    test('has what was seen in it', async () => {
      const { metadata } = await sent(ops, 'Why is this so terrible?');
      expect(metadata.analysis).toEqual({
        word_count: 5,
        is_question: true,
        sentiment: 'negative',
        language: 'en',
      });
      expect((await sent(ops, '我的账户无法登录')).metadata.analysis.language).toBe('zh');
    });

    test('keeps what the client itself calls analysis', async () => {
      const metadata = { analysis: { mine: true }, priority_reason: 'mine too' };
      expect((await sent(ops, 'Hello', { metadata })).metadata).toEqual(metadata);
    });

    test('sent to a conversation has the conversation’s priority where nothing else decides', async () => {
      const { body } = await ops.post('/api/v1/conversations', { user_id: 'u', priority: 'low' });
      const path = `/api/v1/conversations/${body.id}/messages`;
      const plain = await ops.post(path, { content: 'Hello' });
      expect(plain.body).toMatchObject({ priority: 'low', metadata: { priority_reason: 'conversation' } });
      const named = await ops.post(path, { content: 'Hello', priority: 'high' });
      expect(named.body).toMatchObject({ priority: 'high', metadata: { priority_reason: 'explicit' } });
      const urgent = await ops.post(path, { content: 'asap please' });
      expect(urgent.body).toMatchObject({ priority: 'realtime' });
    });

    test('is not better than its tenant may be, whoever asks for it', async () => {
      const body = await sent(clientOf('modest'), 'Hello', { priority: 'realtime' });
      expect(body).toMatchObject({
        priority: 'normal',
        metadata: {
          priority_reason: 'capped',
          priority_wish: { priority: 'realtime', reason: 'explicit' },
        },
      });
      expect((await sent(clientOf('modest'), 'Hello', { priority: 'low' })).priority).toBe('low');
    });
  });

  describe('rules', () => {
    test('work for a client of the older service', async () => {
      const pattern = word();
      const { status, body } = await ops.post(RULES, { pattern, priority: 'high', rule: 'r', condition: '' });
      expect({ status, body }).toMatchObject({ status: 201, body: { status: 'rule added', pattern } });
      const listed = await ops.get(RULES);
      expect(listed.body.rules).toContainEqual(expect.objectContaining({ id: body.id, rule: 'r' }));
      const set = await ops.post(USERS, { user_id: 'seed', priority: 'high' });
      expect(set).toMatchObject({ status: 200, body: { status: 'user priority set' } });
    });

    test('are in force at once, in every gateway within two seconds', async () => {
      const pattern = word();
      const { id } = await added({ pattern: `(?i)\\b${pattern}\\b`, priority: 'realtime' });
      const reason = `rule:${id}`;
      expect(await sent(ops, `a ${pattern} b`)).toMatchObject({
        priority: 'realtime',
        metadata: { priority_reason: reason },
      });
      const isThere = async () =>
        expect((await sent(elsewhere, pattern.toUpperCase())).metadata.priority_reason).toBe(reason);
      await eventually(isThere, { timeoutMs: 2_000 });
      expect((await ops.delete(`${RULES}/${id}`)).status).toBe(200);
      expect((await sent(ops, pattern)).metadata.priority_reason).toBe('default');
      await eventually(
        async () => expect((await sent(elsewhere, pattern)).metadata.priority_reason).toBe('default'),
        { timeoutMs: 2_000 },
      );
    });

    test('ask for conditions too', async () => {
      const pattern = word();
      const { id } = await added({
        pattern,
        priority: 'low',
        condition: 'metadata.customer.tier in bronze, silver and content_length > 20',
        conditions: [{ field: 'is_question', operator: 'eq', value: true }],
      });
      const metadata = { customer: { tier: 'silver' } };
      const asked = `Where is my ${pattern} order?`;
      expect(await sent(ops, asked, { metadata })).toMatchObject({
        priority: 'low',
        metadata: { ...metadata, priority_reason: `rule:${id}` },
      });
      expect((await sent(ops, asked)).metadata.priority_reason).toBe('default');
      expect((await sent(ops, `${pattern}?`, { metadata })).metadata.priority_reason).toBe('default');
    });

    test('are changed, read and deleted by their id, and not by other tenants', async () => {
      const { id } = await added({ pattern: word(), priority: 'low', position: 7 });
      const path = `${RULES}/${id}`;
      const changed = await ops.put(path, { pattern: word(), priority: 1, enabled: false });
      expect(changed).toMatchObject({ status: 200, body: { id, priority: 'realtime', enabled: false } });
      expect((await ops.get(path)).body).toEqual(changed.body);
      const other = clientOf('other');
      expect((await other.get(RULES)).body).toEqual({ rules: [] });
      for (const answer of [
        await other.get(path),
        await other.put(path, { pattern: 'x', priority: 'low' }),
        await other.delete(path),
      ])
        expect(answer).toMatchObject({ status: 404, body: { code: 'rule_not_found' } });
      expect((await ops.delete(path)).body).toEqual({ status: 'rule removed', id });
      expect((await ops.get(path)).status).toBe(404);
    });

    test.each([
      [
        { pattern: 'a**', priority: 'high' },
        'pattern',
        'invalid nested repetition operator: ** at character 2',
      ],
      [{ pattern: '(?=x)', priority: 'high' }, 'pattern', 'invalid or unsupported Perl syntax'],
      [{ pattern: '(x{100}){100}', priority: 'high' }, 'pattern', 'invalid repeat count'],
      [{ pattern: 'x{1000}'.repeat(2), priority: 'high' }, 'pattern', 'too much work'],
      [{ priority: 'high' }, 'pattern', 'must be given'],
      [{ pattern: 'x', priority: 'highest' }, 'priority', 'must be one of'],
      [{ pattern: 'x', priority: 'high', condition: 'if it rains' }, 'condition', 'must read like'],
    ])('that cannot work are refused with the reason: %j', async (rule, field, reason) => {
      const { status, body } = await ops.post(RULES, rule);
      expect(status).toBe(400);
      expect(body.errors).toEqual([{ field, message: expect.stringContaining(reason) }]);
    });

    test('whose pattern stops other engines do not stop this one', async () => {
      const pattern = word();
      const { id } = await added({ pattern: `${pattern}(a+)+$|(.*a){20}${pattern}`, priority: 'high' });
      const startedAt = performance.now();
      await sent(ops, `${pattern}${'a'.repeat(9_000)}!`);
      expect(performance.now() - startedAt).toBeLessThan(2_000);
      await ops.delete(`${RULES}/${id}`);
    });
  });

  describe('user priorities', () => {
    test('hold for the user in every gateway, until they are taken back', async () => {
      const user_id = word();
      const set = await ops.post(USERS, { user_id, priority: 'realtime' });
      expect(set).toMatchObject({ status: 200, body: { user_id, priority: 'realtime' } });
      expect((await sent(ops, 'Hello', { user_id })).metadata.priority_reason).toBe('user_default');
      const there = (reason: string) =>
        eventually(
          async () => {
            const { metadata } = await sent(elsewhere, 'Hello', { user_id });
            expect(metadata.priority_reason).toBe(reason);
          },
          { timeoutMs: 2_000 },
        );
      await there('user_default');
      expect((await sent(clientOf('other'), 'Hello', { user_id })).metadata.priority_reason).toBe('default');
      const removed = await ops.delete(`${USERS}/${user_id}`);
      expect(removed).toMatchObject({ status: 200, body: { status: 'user priority removed' } });
      expect((await ops.delete(`${USERS}/${user_id}`)).status).toBe(200);
      await there('default');
    });

    test('are listed in pages', async () => {
      const other = clientOf('other');
      for (const user_id of ['c', 'a', 'b']) await other.post(USERS, { user_id, priority: 'low' });
      const first = await other.get(`${USERS}?limit=2`);
      expect(first.body).toMatchObject({
        user_priorities: [{ user_id: 'a', priority: 'low' }, { user_id: 'b' }],
        pagination: { has_more: true },
      });
      const second = await other.get(`${USERS}?limit=2&after=${first.body.pagination.next}`);
      expect(second.body).toMatchObject({
        user_priorities: [{ user_id: 'c' }],
        pagination: { has_more: false },
      });
      expect((await other.get(`${USERS}?user_id=b`)).body.user_priorities).toHaveLength(1);
    });
  });

  test('a dry run says what a message would get, and stores nothing', async () => {
    const pattern = word();
    const { id } = await added({ pattern, priority: 'realtime' });
    const before = (await ops.get('/api/v1/messages?page=1')).body.pagination.total;
    const { status, body } = await ops.post(`${ADMIN}/test`, { content: `What about ${pattern}?` });
    expect({ status, body }).toEqual({
      status: 200,
      body: {
        priority: 'realtime',
        reason: `rule:${id}`,
        analysis: { word_count: 3, is_question: true, sentiment: 'neutral', language: 'en' },
      },
    });
    const capped = await clientOf('modest').post(`${ADMIN}/test`, { content: 'asap' });
    expect(capped.body).toMatchObject({ priority: 'normal', wish: { reason: 'content_keywords' } });
    const talk = await ops.post(`${ADMIN}/test`, { content: 'hi', conversation_priority: 'low' });
    expect(talk.body).toMatchObject({ priority: 'low', reason: 'conversation' });
    expect((await ops.get('/api/v1/messages?page=1')).body.pagination.total).toBe(before);
  });

  test('all of this needs the scope admin', async () => {
    const app = clientOf('app');
    for (const answer of [
      await app.get(RULES),
      await app.post(RULES, { pattern: 'x', priority: 'high' }),
      await app.get(`${RULES}/rule_0`),
      await app.put(`${RULES}/rule_0`, { pattern: 'x', priority: 'high' }),
      await app.delete(`${RULES}/rule_0`),
      await app.get(USERS),
      await app.post(USERS, { user_id: 'u', priority: 'high' }),
      await app.delete(`${USERS}/u`),
      await app.post(`${ADMIN}/test`, { content: 'x' }),
    ])
      expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } });
  });
});
