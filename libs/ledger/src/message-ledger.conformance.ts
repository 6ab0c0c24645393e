import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { listMessagesSchema, newId } from '#contracts';
import { type Database, migrate, openDataSource } from '#database';
import { rowOf } from './life-scene.conformance.js';
import { type Claim, MessageLedger } from './message-ledger.js';
import { MessageReader } from './message-reader.js';
import { replyData } from './reply-data.js';
import { ScheduleLedger } from './schedule-ledger.js';
import { LEDGER_SCHEMA } from './schema.js';
import { type FinishRow } from './sql/finish-messages.js';
import { type NewMessageRow } from './sql/insert-messages.js';

const LEASE_MS = 60_000;

/** What the ledger promises, on whichever database. */
export function conformsToMessageLedger(open: () => Promise<Database>): void {
  let database: Database;
  let source: DataSource;
  let ledger: MessageLedger;
  let schedule: ScheduleLedger;
  let reader: MessageReader;

  beforeAll(async () => {
    database = await open();
    source = await openDataSource(database, LEDGER_SCHEMA);
    await migrate(database, source);
    ledger = new MessageLedger(database);
    schedule = new ScheduleLedger(database);
    reader = new MessageReader(source, database);
  });
  afterAll(async () => {
    await source.destroy();
    await database.close();
  });

  async function inserted(extra: Partial<NewMessageRow> = {}): Promise<string> {
    const row = rowOf(extra);
    await ledger.insert(row);
    return row.id;
  }

  async function claimed(id: string, leaseMs = LEASE_MS): Promise<Extract<Claim, { claimed: true }>> {
    const claim = await ledger.claim(id, 'w1', leaseMs);
    if (!claim.claimed) throw new Error(`not claimed: ${claim.status}`);
    return claim;
  }

  const endOf = (id: string, attempt: number, extra: Partial<FinishRow> = {}) => ({
    id,
    attempt,
    error_code: null,
    error_message: null,
    dead: false,
    call_id: null,
    call_state: 'completed',
    content: 'hi',
    provider: 'p',
    model: 'm',
    finish_reason: 'stop',
    prompt_tokens: 1,
    completion_tokens: 2,
    usage_estimated: false,
    ...extra,
    status: 'completed' as const,
  });

  async function conversation(extra: Record<string, unknown> = {}): Promise<string> {
    const row = { id: newId('conv'), tenant_id: 't1', user_id: 'u', state: 'active', ...extra };
    await database.query(
      {
        name: 'insert-conversation',
        text: 'INSERT INTO conversations (id, tenant_id, user_id, state) VALUES ($1, $2, $3, $4)',
      },
      [row.id, row.tenant_id, row.user_id, row.state],
    );
    return row.id;
  }

  test('what was inserted can be read by its tenant, and by no other', async () => {
    const id = await inserted({ content: 'a "quoted" \\ text 🥊', metadata: { deep: [1, { x: null }] } });
    expect(await reader.get('t1', id)).toMatchObject({
      content: 'a "quoted" \\ text 🥊',
      metadata: { deep: [1, { x: null }] },
      status: 'pending',
      priority: 'normal',
      reply: null,
    });
    expect(await reader.find('t2', id)).toBeUndefined();
  });

  test('many callers at once share statements and lose nothing', async () => {
    const ids = await Promise.all(Array.from({ length: 500 }, () => inserted()));
    const claims = await Promise.all(ids.map((id) => claimed(id)));
    expect(claims.map(({ message }) => message.id)).toEqual(ids);
    const ended = await Promise.all(ids.map((id) => ledger.finish(endOf(id, 1))));
    expect(ended.every(Boolean)).toBe(true);
  });

  test('a planned call is written down with the claim, unless the message must end without one', async () => {
    const plan = () => ({ id: newId('call'), provider: 'simulator', model: 'm', max_worker_losses: 1 });
    const callsOf = (id: string) =>
      database.query<{ id: string; attempt: number; state: string }>(
        { name: 'select-calls', text: 'SELECT id, attempt, state FROM provider_calls WHERE message_id = $1' },
        [id],
      );
    const ids = await Promise.all([inserted(), inserted()]);
    const plans = ids.map(plan);
    const claims = await Promise.all(ids.map((id, i) => ledger.claim(id, 'w', -10, plans[i])));
    expect(claims.map((claim) => claim.claimed && claim.callId)).toEqual(plans.map(({ id }) => id));
    expect(await callsOf(ids[0]!)).toEqual([{ id: plans[0]!.id, attempt: 1, state: 'sent' }]);

    expect(await ledger.claim(ids[0]!, 'w', 0, plan())).toMatchObject({ workerLosses: 1, callId: null });
    await ledger.cancel('t1', ids[1]!);
    const patient = { ...plan(), max_worker_losses: 9 };
    expect(await ledger.claim(ids[1]!, 'w', 0, patient)).toMatchObject({
      cancelRequested: true,
      callId: null,
    });
    expect(await callsOf(ids[1]!)).toHaveLength(1);
  });

  test('only one of many workers claims a message', async () => {
    const id = await inserted();
    const others = new MessageLedger(database);
    const claims = await Promise.all(
      [ledger, others, ledger, others].map((each) => each.claim(id, 'w', LEASE_MS)),
    );
    expect(claims.filter((claim) => claim.claimed)).toHaveLength(1);
  });

  test('a claim says for how long another worker owns the message', async () => {
    const id = await inserted();
    await claimed(id);
    const second = await ledger.claim(id, 'w2', LEASE_MS);
    expect(second).toMatchObject({ claimed: false, status: 'processing' });
    expect((second as { leaseMs: number }).leaseMs).toBeGreaterThan(LEASE_MS / 2);
    expect(await ledger.claim(newId('msg'), 'w', LEASE_MS)).toEqual({
      claimed: false,
      status: 'unknown',
      leaseMs: 0,
    });
  });

  test('a message whose lease is over is claimed again, counts a lost worker, and fences the first one off', async () => {
    const id = await inserted();
    await claimed(id, 0);
    const second = await claimed(id);
    expect(second).toMatchObject({ workerLosses: 1, message: { attempt: 2 } });
    expect(await ledger.finish(endOf(id, 1, { content: 'late' }))).toBe(false);
    expect(
      await ledger.retry({
        id,
        attempt: 1,
        delay_ms: 0,
        error_code: 'internal',
        error_message: '',
        call_id: null,
      }),
    ).toBe(false);
    expect((await ledger.renew([{ id, attempt: 1 }], LEASE_MS)).size).toBe(0);
    expect(await ledger.finish(endOf(id, 2, { content: 'in time' }))).toBe(true);
    expect((await reader.get('t1', id)).reply?.content).toBe('in time');
  });

  test('ends with reply, usage and the closed call; twice is as good as once', async () => {
    const id = await inserted();
    const callId = newId('call');
    await ledger.claim(id, 'w1', LEASE_MS, {
      id: callId,
      provider: 'simulator',
      model: 'm',
      max_worker_losses: 3,
    });
    expect(await ledger.finish(endOf(id, 1, { call_id: callId }))).toBe(true);
    expect(await ledger.finish(endOf(id, 1, { call_id: callId }))).toBe(true);
    expect(await reader.get('t1', id)).toMatchObject({
      status: 'completed',
      completedAt: expect.any(Date),
      reply: { content: 'hi', usage: { promptTokens: 1, completionTokens: 2, estimated: false } },
    });
    const calls = await database.query(
      { name: 'c', text: 'SELECT state FROM provider_calls WHERE message_id = $1' },
      [id],
    );
    expect(calls).toEqual([{ state: 'completed' }]);
  });

  test('a call that was cached cost nothing, whatever the tokens of its reply', async () => {
    const id = await inserted();
    const call = { id: newId('call'), provider: 'simulator', model: 'm', max_worker_losses: 3 };
    await ledger.claim(id, 'w1', LEASE_MS, call);
    const cached = { call_id: call.id, call_state: 'cached', data: { cache_age: 0 } };
    const sums = {
      prompt_tokens: 0,
      completion_tokens: 0,
      reply_prompt_tokens: 1,
      reply_completion_tokens: 2,
    };
    await ledger.finish(endOf(id, 1, { ...cached, ...sums }));
    const usage = { promptTokens: 1, completionTokens: 2 };
    expect(await reader.get('t1', id)).toMatchObject({ reply: { cacheAge: 0, usage } });
    const text = 'SELECT state, prompt_tokens, completion_tokens FROM provider_calls WHERE id = $1';
    expect(await database.query({ name: 'cached', text }, [call.id])).toEqual([
      { state: 'cached', prompt_tokens: 0, completion_tokens: 0 },
    ]);
  });

  test('a reply keeps what it holds besides its text', async () => {
    const id = await inserted();
    await claimed(id);
    const said = {
      toolCalls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":"🥊"}' } }],
      reasoning: 'so',
    } as const;
    const counted = { promptTokens: 1, completionTokens: 2, estimated: false, cachedTokens: 1 };
    const usage = { ...counted, reasoningTokens: 0 };
    await ledger.finish(endOf(id, 1, { data: replyData({ ...said, usage }) }));
    const expected = { ...said, usage: counted };
    expect((await reader.get('t1', id)).reply).toMatchObject(expected);
    const { items } = await reader.list('t1', listMessagesSchema.parse({}));
    expect(items.find((message) => message.id === id)!.reply).toMatchObject(expected);
    expect(replyData({ usage: { promptTokens: 1, completionTokens: 2, estimated: true } })).toBeNull();
  });

  test('a list leaves the turns of a chat where they are, and has everything else', async () => {
    const parameters = { temperature: 0.5 };
    const id = await inserted({ options: { messages: [{ role: 'user', content: 'What?' }], parameters } });
    const whole = await reader.get('t1', id);
    expect(whole.options?.messages).toHaveLength(1);
    const { items } = await reader.list('t1', listMessagesSchema.parse({}));
    expect(items.find((message) => message.id === id)).toEqual({ ...whole, options: { parameters } });
    expect((await reader.listed([id, 'msg_gone'])).map((message) => message.id)).toEqual([id]);
  });

  test('a message that fails for good leaves a dead letter and no reply', async () => {
    const id = await inserted();
    await claimed(id);
    const failure = { error_code: 'provider_rejected', error_message: 'no', dead: true, content: null };
    await ledger.finish({ ...endOf(id, 1, failure), status: 'failed' as never });
    expect(await reader.get('t1', id)).toMatchObject({
      status: 'failed',
      failure: { code: 'provider_rejected', message: 'no' },
      reply: null,
    });
    const dead = await database.query(
      { name: 'd', text: 'SELECT tenant_id, code, reason, attempts FROM dead_letters WHERE message_id = $1' },
      [id],
    );
    expect(dead).toEqual([{ tenant_id: 't1', code: 'provider_rejected', reason: 'no', attempts: 1 }]);
  });

  test('a retry counts, a message handed back does not', async () => {
    const id = await inserted();
    await claimed(id);
    await ledger.retry({
      id,
      attempt: 1,
      delay_ms: 5,
      error_code: 'provider_timeout',
      error_message: 'slow',
      call_id: null,
    });
    expect(await reader.get('t1', id)).toMatchObject({ status: 'retrying', retryCount: 1 });
    await claimed(id);
    await ledger.handBack(id, 2);
    expect(await reader.get('t1', id)).toMatchObject({ status: 'queued', retryCount: 1, attempt: 2 });
  });

  test('a waiting message is cancelled at once, a running one when its worker hears of it', async () => {
    const [waiting, running] = [await inserted(), await inserted()];
    await claimed(running);
    expect(await ledger.cancel('t2', waiting)).toBeUndefined();
    expect(await ledger.cancel('t1', waiting)).toMatchObject({ status: 'cancelled', priority: 'normal' });
    expect(await ledger.cancel('t1', waiting)).toBeUndefined();
    expect(await ledger.claim(waiting, 'w', LEASE_MS)).toMatchObject({ claimed: false, status: 'cancelled' });
    expect(await ledger.cancel('t1', running)).toMatchObject({ status: 'processing' });
    const renewed = await ledger.renew([{ id: running, attempt: 1 }], LEASE_MS);
    expect(renewed.get(running)).toEqual({ cancelRequested: true });
  });

  test('turns are numbered in the order of commits, and only the oldest open one is a head', async () => {
    const conv = await conversation();
    const ids = await Promise.all(Array.from({ length: 20 }, () => inserted({ conversation_id: conv })));
    const turns = await database.query<{ id: string; turn: number }>(
      { name: 't', text: 'SELECT id, turn FROM messages WHERE conversation_id = $1 ORDER BY turn' },
      [conv],
    );
    expect(turns.map(({ turn }) => turn)).toEqual(ids.map((_, i) => i + 1));
    const [first, second] = turns.map(({ id }) => id) as [string, string];
    expect((await schedule.heads(ids)).map(({ id }) => id)).toEqual([first]);
    await claimed(first);
    expect(await schedule.nextTurn(conv)).toBeUndefined();
    await ledger.finish(endOf(first, 1));
    expect((await schedule.nextTurn(conv))?.id).toBe(second);
    expect((await schedule.heads(ids)).map(({ id }) => id)).toEqual([second]);
  });

  test('groups that touch the same conversations in any order do not deadlock', async () => {
    const conversations = await Promise.all(Array.from({ length: 5 }, () => conversation()));
    const others = [new MessageLedger(database), new MessageLedger(database), new MessageLedger(database)];
    const inserts = Array.from({ length: 150 }, (_, i) => {
      const each = i % 2 ? conversations : conversations.toReversed();
      return others[i % 3]!.insert(rowOf({ conversation_id: each[i % 5]! }));
    });
    await Promise.all(inserts);
    const counts = await database.query<{ turns: number }>(
      { name: 'n', text: 'SELECT turns FROM conversations WHERE id = ANY($1::text[])' },
      [conversations],
    );
    expect(counts.map(({ turns }) => turns)).toEqual([30, 30, 30, 30, 30]);
  });

  test('renewals, finishes and retries of the same messages in any order do not deadlock', async () => {
    const ids = await Promise.all(Array.from({ length: 200 }, () => inserted()));
    await Promise.all(ids.map((id) => claimed(id)));
    const owned = ids.map((id) => ({ id, attempt: 1 }));
    const others = [new MessageLedger(database), new MessageLedger(database)];
    const renewals = Array.from({ length: 30 }, (_, i) =>
      others[i % 2]!.renew(i % 2 ? owned : owned.toReversed(), LEASE_MS),
    );
    const ends = ids.toReversed().map((id, i) => {
      const failure = { delay_ms: 0, error_code: 'internal', error_message: '', call_id: null };
      return i % 3 ? others[i % 2]!.finish(endOf(id, 1)) : ledger.retry({ id, attempt: 1, ...failure });
    });
    expect((await Promise.all(ends)).every(Boolean)).toBe(true);
    await Promise.all(renewals);
  });

  test('a message that was cancelled meanwhile is not retried; a retry whose answer got lost is as good as once', async () => {
    const [cancelled, retried] = [await inserted(), await inserted()];
    await Promise.all([claimed(cancelled), claimed(retried)]);
    await ledger.cancel('t1', cancelled);
    const failure = { attempt: 1, delay_ms: 0, error_code: 'internal', error_message: '', call_id: null };
    expect(await ledger.retry({ id: cancelled, ...failure })).toBe(false);
    expect(await ledger.retry({ id: retried, ...failure })).toBe(true);
    expect(await ledger.retry({ id: retried, ...failure })).toBe(true);
    expect(await reader.get('t1', retried)).toMatchObject({ status: 'retrying', retryCount: 1 });
  });

  test('refuses a conversation that is unknown, closed, or of another tenant, and nothing else of the group', async () => {
    const conv = await conversation();
    const closed = await conversation({ state: 'archived' });
    const foreign = await conversation({ tenant_id: 't2' });
    const results = await Promise.allSettled([
      ledger.insert(rowOf({ conversation_id: conv })),
      ledger.insert(rowOf({ conversation_id: 'conv_nowhere' })),
      ledger.insert(rowOf({ conversation_id: closed })),
      ledger.insert(rowOf({ conversation_id: foreign })),
      ledger.insert(rowOf({ tenant_id: 't2', conversation_id: conv })),
      ledger.insert(rowOf()),
    ]);
    expect(
      results.map((result) =>
        result.status === 'rejected' ? (result.reason as { code: string }).code : 'ok',
      ),
    ).toEqual([
      'ok',
      'conversation_not_found',
      'conversation_closed',
      'conversation_not_found',
      'conversation_not_found',
      'ok',
    ]);
  });

  test('finds what is missing in the schedule', async () => {
    await database.query({ name: 'clear', text: `UPDATE messages SET status = 'completed'` });
    const conv = await conversation();
    const [lost, , head] = [
      await inserted({ priority: 1 }),
      await inserted(),
      await inserted({ conversation_id: conv }),
    ];
    await inserted({ conversation_id: conv });
    const abandoned = await inserted();
    await claimed(abandoned);
    await database.query(
      { name: 'age', text: `UPDATE messages SET lease_until = now() - interval '1 minute' WHERE id = $1` },
      [abandoned],
    );
    const found = await schedule.unscheduled(0, 100);
    expect(found[0]).toMatchObject({
      id: lost,
      lane: 'simulator',
      priority: 'realtime',
      reason: 'not_enqueued',
    });
    expect(found.map(({ id }) => id)).toContain(head);
    expect(found).toHaveLength(4);
    expect(found.at(-1)).toMatchObject({ id: abandoned, priority: 'normal', reason: 'worker_lost' });
    await schedule.markEnqueued(found.map(({ id }) => id));
    expect((await schedule.unscheduled(0, 100)).map(({ id }) => id)).toEqual([abandoned]);
    expect(await schedule.forgetEnqueued()).toBe(3);
    expect(await schedule.unscheduled(0, 100)).toHaveLength(4);
  });
}
