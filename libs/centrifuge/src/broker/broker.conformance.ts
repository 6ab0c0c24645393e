import { afterEach, expect, test } from 'vitest';
import { eventually } from '#testing';
import { type Publication } from '../protocol/publication.js';
import { type Broker } from './broker.js';
import { type ChannelRules } from './rules.js';

const RULES: ChannelRules = {
  presence: true,
  publish: true,
  joinLeave: true,
  forcePushJoinLeave: false,
  token: false,
  historySize: 3,
  historyMs: 60_000,
};

/** The behaviour every Broker owes its callers; `open` opens one more on the same channels. */
export function conformsToBroker(open: () => Promise<Broker>): void {
  const opened: Broker[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((broker) => broker.close()));
  });

  async function setup() {
    const broker = await open();
    opened.push(broker);
    const heard: Publication[] = [];
    const listener = { push: (publication: Publication) => heard.push(publication), gap: () => undefined };
    return { broker, key: `t/${crypto.randomUUID()}`, heard, listener };
  }

  const everything = { after: undefined, limit: 100, reverse: false };
  const dataOf = ({ text }: Publication) => (JSON.parse(text) as { data: unknown }).data;

  test('numbers publications from 1 on, and keeps the last ones', async () => {
    const { broker, key } = await setup();
    const before = await broker.history(key, everything);
    expect(before).toEqual({ offset: 0, epoch: before.epoch, publications: [] });
    for (let i = 1; i <= 5; i += 1)
      expect(await broker.publish(key, `{"data":${i}}`, RULES)).toEqual({ offset: i, epoch: before.epoch });
    const { publications, ...position } = await broker.history(key, everything);
    expect(position).toEqual({ offset: 5, epoch: before.epoch });
    expect(publications).toEqual([3, 4, 5].map((i) => ({ offset: i, text: `{"data":${i},"offset":${i}}` })));
  });

  test('gives a part of them, from either end', async () => {
    const { broker, key } = await setup();
    for (let i = 1; i <= 3; i += 1) await broker.publish(key, `{"data":${i}}`, RULES);
    const ask = async (after: number | undefined, limit: number, reverse: boolean) =>
      (await broker.history(key, { after, limit, reverse })).publications.map(dataOf);
    expect(await ask(1, 100, false)).toEqual([2, 3]);
    expect(await ask(undefined, 2, false)).toEqual([1, 2]);
    expect(await ask(undefined, 2, true)).toEqual([3, 2]);
    expect(await ask(3, 1, true)).toEqual([2]);
    expect(await ask(0, 0, false)).toEqual([]);
    expect(await ask(7, 10, false)).toEqual([]);
  });

  test('tells every listener of every publication, in order, until it leaves', async () => {
    const { broker, key, heard, listener } = await setup();
    const late: Publication[] = [];
    const stop = await broker.listen(key, listener);
    for (let i = 1; i <= 50; i += 1) {
      await broker.publish(key, JSON.stringify({ data: `ü ${i}` }), RULES);
      if (i === 25) await broker.listen(key, { push: (each) => late.push(each), gap: () => undefined });
    }
    await eventually(() => expect(late.at(-1)?.offset).toBe(50));
    expect(late.map(({ offset }) => offset)).toEqual(heard.slice(-late.length).map(({ offset }) => offset));
    expect(heard.map(({ offset }) => offset)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(dataOf(heard.at(-1)!)).toBe('ü 50');
    stop();
    await broker.publish(key, '{"data":"unheard"}', RULES);
    await eventually(() => expect(late.at(-1)?.offset).toBe(51));
    expect(heard).toHaveLength(50);
  });

  test('carries what is not kept, without a number', async () => {
    const { broker, key, heard, listener } = await setup();
    await broker.listen(key, listener);
    expect(await broker.publish(key, '{"data":1}', { ...RULES, historySize: 0 })).toEqual({
      offset: 0,
      epoch: '',
    });
    await eventually(() => expect(heard).toEqual([{ offset: 0, text: '{"data":1}' }]));
    expect((await broker.history(key, everything)).offset).toBe(0);
  });

  test('knows who is there, until they leave', async () => {
    const { broker, key } = await setup();
    const ada = { user: 'ada', client: 'c1', conn_info: { name: 'Ada' } };
    await broker.enter(key, { user: 'old', client: 'c1' });
    await broker.enter(key, ada);
    await broker.enter(key, { user: 'bob', client: 'c2' });
    expect((await broker.present(key)).toSorted((a, b) => (a.client < b.client ? -1 : 1))).toEqual([
      ada,
      { user: 'bob', client: 'c2' },
    ]);
    await broker.leave(key, 'c2');
    await broker.leave(key, 'c9');
    expect(await broker.present(key)).toEqual([ada]);
    expect(await broker.present(`${key}x`)).toEqual([]);
  });

  test('tells who came and who went, and keeps nothing of it', async () => {
    const { broker, key, heard, listener } = await setup();
    await broker.listen(key, listener);
    const ada = { user: 'ada', client: 'c1', conn_info: { name: 'Ädä' } };
    await broker.tellMove(key, 'join', ada);
    await broker.publish(key, '{"data":1}', RULES);
    await broker.tellMove(key, 'leave', ada);
    await eventually(() => expect(heard).toHaveLength(3));
    expect(heard.map(({ offset, move }) => [offset, move])).toEqual([
      [0, 'join'],
      [1, undefined],
      [0, 'leave'],
    ]);
    expect(JSON.parse(heard[2]!.text)).toEqual({ info: ada });
    expect((await broker.history(key, everything)).publications).toHaveLength(1);
  });

  test('does not find a process that is not there', async () => {
    const { broker } = await setup();
    broker.takeFrames('this', () => undefined);
    expect(await broker.forwardFrame('another', 's', '{}')).toBe(false);
  });
}
