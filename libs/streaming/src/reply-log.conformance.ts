import { afterEach, expect, test } from 'vitest';
import { newId, type ReplyEntry, type ReplyEvent } from '#contracts';
import { type ReplyLog } from './reply-log.js';
import { ReplyStreams } from './reply-streams.js';

const delta = (text: string): ReplyEvent => ({ type: 'delta', text });
const END: ReplyEvent = { type: 'end', status: 'completed' };
const entries = (first: number, ...events: ReplyEvent[]): ReplyEntry[] =>
  events.map((event, i) => ({ seq: first + i, event }));

/** The behaviour every ReplyLog owes its callers, and what ReplyStreams makes of it. */
export function conformsToReplyLog(open: () => Promise<ReplyLog>): void {
  let log: ReplyLog;
  afterEach(() => log.close());

  async function setup() {
    log = await open();
    const streams = new ReplyStreams(log, 100);
    return { streams, id: newId('msg'), signal: AbortSignal.timeout(10_000) };
  }

  async function collect(streams: ReplyStreams, id: string, after: number, signal: AbortSignal) {
    const seen: ReplyEntry[] = [];
    for await (const batch of streams.read(id, after, signal)) if (batch !== 'silence') seen.push(...batch);
    return seen;
  }

  const quiet = { coalesceMs: 0, onFenced: () => undefined, onError: () => undefined };

  test('gives back what was appended, from any place', async () => {
    const { id } = await setup();
    expect(await log.tail(id)).toBeUndefined();
    expect(await log.append(id, entries(1, { type: 'started', attempt: 1 }, delta('a'), delta('b')))).toBe(
      'ok',
    );
    expect(await log.range(id, 0, 10)).toEqual(
      entries(1, { type: 'started', attempt: 1 }, delta('a'), delta('b')),
    );
    expect(await log.range(id, 1, 1)).toEqual(entries(2, delta('a')));
    expect(await log.tail(id)).toEqual({ seq: 3, ended: false });
    await log.append(id, entries(4, END));
    expect(await log.tail(id)).toEqual({ seq: 4, ended: true });
  });

  test('refuses a number that is taken, and one behind a hole unless it is a reset', async () => {
    const { id } = await setup();
    await log.append(id, entries(1, delta('a')));
    expect(await log.append(id, entries(1, delta('x')))).toBe('taken');
    expect(await log.append(id, entries(3, delta('x')))).toBe('lost');
    expect(await log.append(id, entries(9, { type: 'reset', attempt: 2, reason: 'retry' }))).toBe('ok');
    expect((await log.range(id, 0, 10)).map(({ seq }) => seq)).toEqual([1, 9]);
  });

  test('a reader sees everything once and in order, wherever it joins', async () => {
    const { streams, id, signal } = await setup();
    const writer = streams.writer(id, 1, quiet);
    await writer.open('retry');
    const readers = [collect(streams, id, 0, signal)];
    for (let i = 0; i < 50; i += 1) {
      writer.delta(`${i} `);
      if (i % 10 === 0) {
        readers.push(collect(streams, id, 0, signal));
        await log.tail(id);
      }
    }
    await writer.end({ type: 'end', status: 'completed' }, 5_000);
    const all = await Promise.all(readers);
    const whole = Array.from({ length: 50 }, (_, i) => `${i} `).join('');
    for (const seen of all) {
      expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, i) => i + 1));
      expect(seen.map(({ event }) => (event.type === 'delta' ? event.text : '')).join('')).toBe(whole);
      expect(seen.at(-1)!.event).toEqual({ type: 'end', status: 'completed' });
    }
    for (let after = 0; after < all[0]!.length; after += 1)
      expect(await collect(streams, id, after, signal)).toEqual(all[0]!.slice(after));
  });

  test('a reader that nobody writes for hears of the silence and goes on', async () => {
    const { streams, id, signal } = await setup();
    const reader = streams.read(id, 0, signal);
    expect((await reader.next()).value).toBe('silence');
    await log.append(id, entries(1, END));
    let batch = (await reader.next()).value;
    while (batch === 'silence') batch = (await reader.next()).value;
    expect(batch).toEqual(entries(1, END));
    expect((await reader.next()).done).toBe(true);
  });

  test('a reader leaves when its signal aborts', async () => {
    const { streams, id } = await setup();
    const leaving = new AbortController();
    const reading = collect(streams, id, 0, leaving.signal);
    leaving.abort();
    expect(await reading).toEqual([]);
  });

  test('a second attempt resets what the first one wrote, and the first one is fenced off', async () => {
    const { streams, id, signal } = await setup();
    const fenced = Promise.withResolvers<void>();
    const first = streams.writer(id, 1, { ...quiet, onFenced: fenced.resolve });
    await first.open('retry');
    first.delta('half an ans');
    await expect.poll(() => log.tail(id)).toEqual({ seq: 2, ended: false });
    const second = streams.writer(id, 2, quiet);
    await second.open('worker_lost');
    await expect.poll(() => log.tail(id)).toEqual({ seq: 3, ended: false });
    first.delta('wer that comes too late');
    await fenced.promise;
    second.delta('the whole answer');
    await second.end({ type: 'end', status: 'completed' }, 5_000);
    expect((await collect(streams, id, 0, signal)).map(({ event }) => event)).toEqual([
      { type: 'started', attempt: 1 },
      delta('half an ans'),
      { type: 'reset', attempt: 2, reason: 'worker_lost' },
      delta('the whole answer'),
      { type: 'end', status: 'completed' },
    ]);
  });

  test('an attempt can begin its text anew, and what readers have is what they were told last', async () => {
    const { streams, id, signal } = await setup();
    const writer = streams.writer(id, 1, quiet);
    await writer.open('retry');
    writer.delta('a bad ');
    await expect.poll(() => log.tail(id)).toEqual({ seq: 2, ended: false });
    writer.delta('answer');
    writer.restart('result_invalid');
    expect(writer.text).toBe('');
    writer.delta('a good one');
    await writer.end({ type: 'end', status: 'completed' }, 5_000);
    const seen = await collect(streams, id, 0, signal);
    expect(seen.map(({ seq }) => seq)).toEqual(seen.map((_, i) => i + 1));
    const at = seen.findIndex(({ event }) => event.type === 'reset');
    expect(seen[at]!.event).toEqual({ type: 'reset', attempt: 1, reason: 'result_invalid' });
    expect(seen.slice(at + 1).map(({ event }) => event)).toEqual([
      delta('a good one'),
      { type: 'end', status: 'completed' },
    ]);
  });

  test('a second attempt whose log was lost is seen from every cursor of the first', async () => {
    const { streams, id, signal } = await setup();
    const second = streams.writer(id, 2, quiet);
    await second.open('worker_lost');
    second.delta('again');
    await second.end({ type: 'end', status: 'completed' }, 5_000);
    for (const after of [0, 1, 700_000])
      expect((await collect(streams, id, after, signal)).map(({ event }) => event.type)).toEqual([
        'reset',
        'delta',
        'end',
      ]);
  });

  test('an ended stream that is opened again waits for the next attempt, for readers at any place', async () => {
    const { streams, id, signal } = await setup();
    const first = streams.writer(id, 1, quiet);
    await first.open('retry');
    first.delta('half an ans');
    await first.end({ type: 'end', status: 'failed' }, 5_000);
    expect((await log.tail(id))!.ended).toBe(true);
    await streams.reopen(id, 1);
    await streams.reopen(id, 1);
    const readers = [0, 1, 2, 3].map((after) => collect(streams, id, after, signal));
    await expect.poll(() => log.tail(id)).toEqual({ seq: 4, ended: false });
    const second = streams.writer(id, 2, quiet);
    await second.open('requeued');
    second.delta('the whole answer');
    await second.end({ type: 'end', status: 'completed' }, 5_000);
    readers.push(...[0, 1, 2, 3].map((after) => collect(streams, id, after, signal)));
    const again: ReplyEvent = { type: 'reset', attempt: 2, reason: 'requeued' };
    const seen = (await Promise.all(readers)).map((each) => each.map(({ event }) => event));
    const rest = [again, again, delta('the whole answer'), END];
    const whole = [{ type: 'started', attempt: 1 }, delta('half an ans'), ...rest];
    expect(seen.slice(0, 4)).toEqual([whole, whole.slice(1), rest, rest]);
    expect(seen.slice(4)).toEqual([whole, whole.slice(1), rest, rest]);
  });

  test('an old end that is the last entry of a page is none either', async () => {
    const { streams, id, signal } = await setup();
    const long = Array.from({ length: 499 }, (_, i) => delta(`${i}`));
    await log.append(id, entries(1, ...long, { type: 'end', status: 'failed' }));
    await streams.reopen(id, 1);
    await streams.end(id, { type: 'end', status: 'cancelled' });
    const seen = await collect(streams, id, 0, signal);
    expect(seen).toHaveLength(501);
    expect(seen.slice(498).map(({ seq, event }) => [seq, event.type])).toEqual([
      [499, 'delta'],
      [501, 'reset'],
      [502, 'end'],
    ]);
  });

  test('ends the stream of a message that never ran, once', async () => {
    const { streams, id, signal } = await setup();
    await streams.end(id, { type: 'end', status: 'cancelled' });
    await streams.end(id, { type: 'end', status: 'cancelled' });
    expect(await collect(streams, id, 0, signal)).toEqual(entries(1, { type: 'end', status: 'cancelled' }));
  });
}
