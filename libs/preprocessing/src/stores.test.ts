import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, PreprocessingSettings, StorageSettings, TenantSettings } from '#config';
import { type Caller, type NewPriorityRule, newId, type PriorityRule } from '#contracts';
import { ControlBus, createControlTransport } from '#control';
import { type Database, migrate, openDatabase, openDataSource, openEmbedded } from '#database';
import { LEDGER_SCHEMA } from '#ledger';
import { createLogger } from '#observability';
import { createTestDatabase, eventually, postgresUrlForTests } from '#testing';
import { Preprocess } from './preprocess.js';
import { PriorityRules } from './priority-rules.js';
import { RuleBook } from './rule-book.js';
import { RuleStore } from './rule-store.js';
import { UserPriorities } from './user-priorities.js';
import { UserPriorityCache } from './user-priority-cache.js';
import { UserPriorityStore } from './user-priority-store.js';

const cleanUps: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanUp of cleanUps.toReversed()) await cleanUp();
});

function embedded(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-preprocessing-'));
  cleanUps.push(() => rmSync(folder, { recursive: true }));
  return openEmbedded(folder);
}

async function postgres(): Promise<Database> {
  const empty = await createTestDatabase(await postgresUrlForTests());
  cleanUps.push(() => empty.drop());
  const env = { DATABASE_URL: empty.url, REDIS_URL: 'redis://127.0.0.1:1' };
  return openDatabase(new StorageSettings(loadConfig({ env }).storage));
}

const log = createLogger('silent', 'test');
const TENANTS = JSON.stringify({ modest: { max_priority: 'normal' } });

/** Counts what is asked of the ledger. */
function counted(database: Database) {
  const queries: string[] = [];
  const query = database.query.bind(database);
  database.query = (statement, values) => {
    queries.push(statement.name);
    return query(statement, values);
  };
  return queries;
}

/** What one gateway has; several on one database are several gateways that do not hear of each other. */
async function gateway(database: Database) {
  const config = loadConfig({ env: { TENANTS } });
  const [rules, users] = [new RuleStore(database), new UserPriorityStore(database)];
  const book = new RuleBook(rules, log);
  const bus = new ControlBus(createControlTransport(undefined, 'test').client, () => undefined);
  const cache = new UserPriorityCache(users, book);
  await book.start();
  cleanUps.push(() => book.stop());
  return {
    book,
    rules: new PriorityRules(rules, database, book, bus),
    users: new UserPriorities(users, database, book, bus),
    preprocess: new Preprocess(
      book,
      cache,
      new PreprocessingSettings(config.preprocessing),
      new TenantSettings(config.tenants),
    ),
  };
}

type Gateway = Awaited<ReturnType<typeof gateway>>;

const rule = (change: Partial<NewPriorityRule> = {}): NewPriorityRule => ({
  label: '',
  pattern: 'refund',
  conditions: [],
  priority: 'high',
  position: 100,
  enabled: true,
  ...change,
});

const by = (tenantId: string): Caller => ({ tenantId, keyName: 'test', scopes: ['write'] });

describe.each([
  ['the embedded database', embedded],
  ['Postgres', postgres],
])('preprocessing on %s', (_, open) => {
  let database: Database;
  let here: Gateway;
  let there: Gateway;
  let n = 0;
  let tenant = '';
  /** A tenant of the test's own. */
  const newTenant = () => (tenant = `tenant-${(n += 1)}`);

  beforeAll(async () => {
    database = await open();
    cleanUps.push(() => database.close());
    const source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
    here = await gateway(database);
    there = await gateway(database);
  });

  const reasonAt = async ({ preprocess }: Gateway, content: string, userId = 'ada') =>
    (await preprocess.judge(by(tenant), { content, user_id: userId })).reason;

  describe('rules', () => {
    test('are read as they were written, in their order', async () => {
      newTenant();
      const conditions = [{ field: 'metadata.tier', operator: 'in', value: ['a', 1, true] }] as const;
      const last = await here.rules.create(tenant, rule({ position: 7, label: 'last' }));
      const second = await here.rules.create(tenant, rule({ position: 1, pattern: null, conditions }));
      const third = await here.rules.create(tenant, rule({ position: 1, enabled: false }));
      const first = await here.rules.create(tenant, rule({ position: 0, priority: 'low' }));
      expect(await there.rules.list(tenant)).toEqual([first, second, third, last]);
      expect(second).toMatchObject({ id: expect.stringMatching(/^rule_/), pattern: null, conditions });
      expect(await there.rules.get(tenant, second.id)).toEqual(second);
    });

    test('can be replaced and deleted', async () => {
      newTenant();
      const { id } = await here.rules.create(tenant, rule());
      const replaced = await here.rules.replace(tenant, id, rule({ pattern: 'chargeback', priority: 'low' }));
      expect(await here.rules.list(tenant)).toEqual([replaced]);
      expect(replaced).toMatchObject({ id, pattern: 'chargeback', priority: 'low' });
      await here.rules.delete(tenant, id);
      expect(await here.rules.list(tenant)).toEqual([]);
    });

    test('belong to their tenant alone', async () => {
      newTenant();
      const { id } = await here.rules.create(tenant, rule());
      const notFound = { code: 'rule_not_found' };
      await expect(here.rules.get('other', id)).rejects.toMatchObject(notFound);
      await expect(here.rules.replace('other', id, rule())).rejects.toMatchObject(notFound);
      await expect(here.rules.delete('other', id)).rejects.toMatchObject(notFound);
      expect(await here.rules.list('other')).toEqual([]);
      expect(await here.rules.list(tenant)).toHaveLength(1);
      expect((await here.preprocess.judge(by('other'), { content: 'refund', user_id: 'u' })).reason).toBe(
        'default',
      );
    });

    test('that are no patterns are refused, and nothing is stored', async () => {
      newTenant();
      const bad = { code: 'invalid_request', fields: [{ field: 'pattern' }] };
      await expect(here.rules.create(tenant, rule({ pattern: 'a**' }))).rejects.toMatchObject(bad);
      expect(await here.rules.list(tenant)).toEqual([]);
    });

    test('have a bound on their number, which also holds when many come at once', async () => {
      newTenant();
      const made = await Promise.allSettled(
        Array.from({ length: 510 }, (__, i) => here.rules.create(tenant, rule({ pattern: `p${i}` }))),
      );
      const full = made.filter(({ status }) => status === 'rejected');
      expect(full).toHaveLength(10);
      expect(full[0]).toMatchObject({ reason: { code: 'limit_reached' } });
      const [{ id }] = (await here.rules.list(tenant)) as [PriorityRule, ...PriorityRule[]];
      await here.rules.delete(tenant, id);
      await here.rules.create(tenant, rule());
    }, 60_000);

    test('have a bound on their work, which replacing and deleting gives back', async () => {
      newTenant();
      const heavy = rule({ pattern: 'x{900}' });
      const ids: string[] = [];
      for (let i = 0; i < 27; i += 1) ids.push((await here.rules.create(tenant, heavy)).id);
      const full = { code: 'limit_reached', message: expect.stringContaining('too much work') };
      await expect(here.rules.create(tenant, heavy)).rejects.toMatchObject(full);
      await here.rules.replace(tenant, ids[0]!, rule());
      ids.push((await here.rules.create(tenant, heavy)).id);
      await expect(here.rules.replace(tenant, ids[0]!, heavy)).rejects.toMatchObject(full);
      for (const id of ids) await here.rules.delete(tenant, id);
      const [state] = await database.query<{ rules: number; rules_cost: number }>(
        { name: 'state', text: 'SELECT rules, rules_cost FROM preprocessing_states WHERE tenant_id = $1' },
        [tenant],
      );
      expect(state).toEqual({ rules: 0, rules_cost: 0 });
    });
  });

  describe('user priorities', () => {
    test('are set, changed, listed in pages, and deleted', async () => {
      newTenant();
      for (const user of ['e', 'b', 'd', 'a', 'c']) await here.users.set(tenant, user, 'high');
      await here.users.set(tenant, 'c', 'low');
      const first = await here.users.list(tenant, { limit: 3 });
      expect(first.items.map(({ userId, priority }) => [userId, priority])).toEqual([
        ['a', 'high'],
        ['b', 'high'],
        ['c', 'low'],
      ]);
      const second = await here.users.list(tenant, { limit: 3, after: first.next! });
      expect(second.items.map(({ userId }) => userId)).toEqual(['d', 'e']);
      expect(second.next).toBeNull();
      expect(await here.users.delete(tenant, 'c')).toBe(true);
      expect(await here.users.delete(tenant, 'c')).toBe(false);
      expect((await here.users.list(tenant, { user_id: 'c' })).items).toEqual([]);
      expect((await here.users.list('other', {})).items).toEqual([]);
    });

    test('have a bound on their number', async () => {
      newTenant();
      const insert = {
        name: 'fill',
        text: 'INSERT INTO preprocessing_states (tenant_id, users) VALUES ($1, 99999)',
      };
      await database.query(insert, [tenant]);
      await here.users.set(tenant, 'a', 'high');
      await expect(here.users.set(tenant, 'b', 'high')).rejects.toMatchObject({ code: 'limit_reached' });
      await here.users.set(tenant, 'a', 'low');
      expect((await here.users.list(tenant, {})).items).toHaveLength(1);
    });
  });

  describe('in force', () => {
    test('at once where they were changed, and elsewhere within two seconds', async () => {
      newTenant();
      const { id } = await here.rules.create(tenant, rule());
      await here.users.set(tenant, 'vip', 'realtime');
      expect(await reasonAt(here, 'a refund')).toBe(`rule:${id}`);
      expect(await reasonAt(here, 'a refund', 'vip')).toBe('user_default');
      const soon = { timeoutMs: 2_000 };
      await eventually(async () => expect(await reasonAt(there, 'a refund')).toBe(`rule:${id}`), soon);
      expect(await reasonAt(there, 'a refund', 'vip')).toBe('user_default');

      await here.rules.replace(tenant, id, rule({ pattern: 'chargeback' }));
      await here.users.delete(tenant, 'vip');
      await eventually(async () => expect(await reasonAt(there, 'a refund')).toBe('default'), soon);
      expect(await reasonAt(there, 'a chargeback')).toBe(`rule:${id}`);
      expect(await reasonAt(there, 'hi', 'vip')).toBe('default');

      await here.rules.delete(tenant, id);
      expect(await reasonAt(here, 'a chargeback')).toBe('default');
    });

    test('the first rule that fits decides; a disabled one never does', async () => {
      newTenant();
      await here.rules.create(tenant, rule({ position: 0, enabled: false, priority: 'low' }));
      const long = { field: 'content_length', operator: 'gt', value: 50 } as const;
      await here.rules.create(tenant, rule({ position: 1, conditions: [long], priority: 'low' }));
      const second = await here.rules.create(tenant, rule({ position: 2, priority: 'realtime' }));
      expect(await reasonAt(here, 'a refund')).toBe(`rule:${second.id}`);
      expect(
        (await here.preprocess.judge(by(tenant), { user_id: 'u', content: 'refund'.repeat(9) })).priority,
      ).toBe('low');
    });

    test('a tenant that has stored nothing costs no query and no turn', async () => {
      newTenant();
      const queries = counted(database);
      const preprocessed = here.preprocess.run(by(tenant), { content: 'asap', user_id: 'u' });
      expect(preprocessed).toMatchObject({
        priority: 'realtime',
        metadata: { priority_reason: 'content_keywords', analysis: { word_count: 1 } },
      });
      expect(queries).not.toContain('look-up-user-priorities');
      expect(queries).not.toContain('select-priority-rules');
    });

    test('a user is looked up once, and again after a change', async () => {
      newTenant();
      await here.users.set(tenant, 'vip', 'realtime');
      const queries = counted(database);
      const lookUps = () => queries.filter((name) => name === 'look-up-user-priorities').length;
      const users = ['vip', 'a', 'b', 'vip', 'a'];
      await Promise.all(users.map((user) => reasonAt(here, 'hi', user)));
      expect(lookUps()).toBeLessThanOrEqual(3);
      const before = lookUps();
      expect(here.preprocess.run(by(tenant), { content: 'hi', user_id: 'a' })).not.toBeInstanceOf(Promise);
      expect(await reasonAt(here, 'hi', 'vip')).toBe('user_default');
      expect(lookUps()).toBe(before);
      await here.users.set(tenant, 'a', 'low');
      expect(await reasonAt(here, 'hi', 'a')).toBe('user_default');
      expect(lookUps()).toBe(before + 1);
    });

    test('a named priority needs nothing that is stored', async () => {
      newTenant();
      await here.users.set(tenant, 'vip', 'realtime');
      await here.rules.create(tenant, rule());
      const request = { content: 'refund', user_id: 'vip', priority: 'low' } as const;
      expect(there.preprocess.run(by(tenant), request)).toMatchObject({ priority: 'low' });
    });

    test('the limit of a tenant caps rules, users and named priorities', async () => {
      tenant = 'modest';
      await here.rules.create(tenant, rule());
      expect(await here.preprocess.judge(by(tenant), { content: 'refund', user_id: 'u' })).toMatchObject({
        priority: 'normal',
        reason: 'capped',
        wish: { priority: 'high', reason: expect.stringMatching(/^rule:/) },
      });
      const explicit = { content: 'x', user_id: 'u', priority: 'realtime' } as const;
      expect(await here.preprocess.run(by(tenant), explicit)).toMatchObject({
        priority: 'normal',
        metadata: { priority_wish: { priority: 'realtime', reason: 'explicit' } },
      });
    });

    test('the conversation’s priority is the default of its messages', async () => {
      newTenant();
      const judged = { content: 'hi', user_id: 'u' };
      expect(await here.preprocess.run(by(tenant), judged, { conversation: 'low' })).toMatchObject({
        priority: 'low',
        metadata: { priority_reason: 'conversation' },
      });
    });
  });
});

test('while the ledger is away the last known rules stay in force, and are read again when it is back', async () => {
  const database = await embedded();
  await migrate(database, await openDataSource(database, LEDGER_SCHEMA));
  const { book, rules, preprocess } = await gateway(database);
  const { id } = await rules.create('acme', rule());
  const judge = async () => (await preprocess.judge(by('acme'), { content: 'refund', user_id: 'u' })).reason;
  expect(await judge()).toBe(`rule:${id}`);
  const query = database.query.bind(database);
  database.query = () => Promise.reject(new Error('ECONNREFUSED'));
  await book.refresh();
  await book.refresh();
  expect(await judge()).toBe(`rule:${id}`);
  database.query = query;
  await new RuleStore(database).insert('acme', newId('rule'), rule({ position: 0, priority: 'low' }));
  await book.refresh();
  expect((await preprocess.judge(by('acme'), { content: 'refund', user_id: 'u' })).priority).toBe('low');
  await book.stop();
  await database.close();
});
