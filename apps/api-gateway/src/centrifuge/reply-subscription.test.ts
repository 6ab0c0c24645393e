import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Publication } from '#centrifuge';
import { type ReplyEntry, type ReplyEvent } from '#contracts';
import { type ChatPayload } from './chat-payload.js';
import { type Format } from './reply-formats.js';
import { EPOCH, subscribeTo } from './reply-subscription.js';

const delta = (text: string): ReplyEvent => ({ type: 'delta', text });
const STARTED: ReplyEvent = { type: 'started', attempt: 1 };
const RESET: ReplyEvent = { type: 'reset', attempt: 2, reason: 'worker_lost' };
const END: ReplyEvent = { type: 'end', status: 'completed' };

const logOf = (...events: ReplyEvent[]): ReplyEntry[] => events.map((event, i) => ({ seq: i + 1, event }));

async function* oneByOne(entries: readonly ReplyEntry[]) {
  for (const entry of entries) yield await Promise.resolve([entry]);
}

function payloadOf(format: Format, { text }: Publication): ChatPayload {
  const body = JSON.parse(text) as { data: unknown };
  if (format === 'plain') return body as unknown as ChatPayload;
  return (format === 'string' ? JSON.parse(body.data as string) : body.data) as ChatPayload;
}

/** A client as it is written for such a channel, which may leave and come back. */
class Reader {
  text = '';
  seen: ChatPayload[] = [];
  recovered = true;
  #offset = 0;

  constructor(private readonly format: Format = 'string') {}

  /** Comes when the log has `ready` events, and leaves once it was sent those up to `until`. */
  async visit(log: readonly ReplyEntry[], ready = log.length, until = log.length): Promise<void> {
    const since = this.#offset > 0 ? { offset: this.#offset, epoch: EPOCH } : undefined;
    const so = { entries: log.slice(0, ready), later: oneByOne(log.slice(ready, until)) };
    const { isWhole, publications, live } = subscribeTo(so, since, this.format);
    this.recovered = isWhole;
    publications.forEach((each) => this.#take(each));
    for await (const batch of live) batch.forEach((each) => this.#take(each));
  }

  get last(): string | undefined {
    return this.seen.at(-1)?.type;
  }

  /** A client stops at the end, and at an error. */
  #take(publication: Publication): void {
    if (this.last === 'end' || this.last === 'error') return;
    const payload = payloadOf(this.format, publication);
    this.seen.push(payload);
    this.#offset = publication.offset;
    if (payload.type === 'reset') this.text = '';
    if (payload.type === 'chunk') this.text += payload.message;
  }
}

describe('a reply in a channel', () => {
  const log = logOf(STARTED, delta('Hello '), delta('"wörld"\n'), END);

  test.each(['string', 'object', 'plain'] as const)('is start, chunks and end (%s)', async (format) => {
    for (let ready = 0; ready <= log.length; ready += 1) {
      const reader = new Reader(format);
      await reader.visit(log, ready);
      expect(reader.seen).toEqual([
        { message: '', type: 'start' },
        { message: 'Hello ', type: 'chunk' },
        { message: '"wörld"\n', type: 'chunk' },
        { message: '', type: 'end' },
      ]);
    }
  });

  test('is text that holds JSON, with the place of its event', () => {
    const { publications } = subscribeTo({ entries: log, later: oneByOne([]) }, undefined, 'string');
    expect(publications[1]).toEqual({
      offset: 2,
      text: '{"data":"{\\"message\\":\\"Hello \\",\\"type\\":\\"chunk\\"}","offset":2}',
    });
  });

  test('that failed ends with its error', async () => {
    const reader = new Reader();
    const error = { code: 'provider_timeout' as const, message: 'The provider took too long' };
    await reader.visit(logOf(STARTED, delta('Hel'), { type: 'end', status: 'failed', error }));
    expect(reader.seen.at(-1)).toEqual({ message: 'Error: The provider took too long', type: 'error' });
  });

  test('is what the last attempt said, for who comes late', async () => {
    for (const format of ['string', 'object', 'plain'] as const) {
      const reader = new Reader(format);
      await reader.visit(logOf(STARTED, delta('wrong'), RESET, delta('right'), END));
      expect(reader.seen.map(({ type }) => type)).toEqual(['start', 'chunk', 'end']);
      expect(reader.text).toBe('right');
    }
  });

  test('that is begun anew with the same words goes on without a seam', async () => {
    const reader = new Reader();
    await reader.visit(logOf(STARTED, delta('one two'), RESET, delta('one '), delta('two three'), END), 2);
    expect(reader.seen.map(({ message }) => message)).toEqual(['', 'one two', ' three', '']);
  });

  test('that is begun anew with other words ends with an error for who can only append, also after a return', async () => {
    const [reader, knowing] = [new Reader(), new Reader('object')];
    const anew = logOf(STARTED, delta('one two'), RESET, delta('one 2 three'), END);
    await reader.visit(anew, 2);
    expect(reader.text).toBe('one two');
    expect(reader.seen.at(-1)).toMatchObject({
      type: 'error',
      message: expect.stringMatching(/^Error: .*anew/),
    });
    await knowing.visit(anew, 2);
    expect([knowing.text, knowing.last]).toEqual(['one 2 three', 'end']);
    const returned = new Reader();
    await returned.visit(anew, 2, 2);
    await returned.visit(anew);
    expect([returned.text, returned.last]).toEqual(['one two', 'error']);
  });

  test('that is shorter the second time ends with an error', async () => {
    const reader = new Reader();
    await reader.visit(logOf(STARTED, delta('one two'), RESET, delta('one'), END), 2);
    expect(reader.last).toBe('error');
  });

  test('whose log is gone ends with an error for who has a part of it, and is there for who knows resets', async () => {
    const snapshot = [RESET, delta('one two three'), END].map((event, i) => ({ seq: 2 ** 52 + i, event }));
    for (const format of ['string', 'object'] as const) {
      const reader = new Reader(format);
      await reader.visit(logOf(STARTED, delta('one ')));
      await reader.visit(snapshot);
      expect(reader.recovered).toBe(false);
      expect([reader.last, reader.text]).toEqual(
        format === 'object' ? ['end', 'one two three'] : ['error', 'one '],
      );
      const fresh = new Reader(format);
      await fresh.visit(snapshot);
      expect([fresh.last, fresh.text]).toEqual(['end', 'one two three']);
    }
  });

  test('of another life than the cursor is not gone on with', async () => {
    const reader = new Reader();
    await reader.visit(logOf(STARTED, delta('a'), delta('b'), delta('c')));
    await reader.visit(logOf(STARTED, delta('a')));
    expect([reader.recovered, reader.last]).toEqual([false, 'error']);
  });

  test('of many events comes in parts', async () => {
    const deltas = Array.from({ length: 1_200 }, (_, i) => delta(`${i} `));
    const entries = logOf(STARTED, ...deltas, END);
    const { publications, live } = subscribeTo({ entries, later: oneByOne([]) }, undefined, 'string');
    expect(publications).toHaveLength(500);
    const rest = await Array.fromAsync(live);
    expect(rest.map(({ length }) => length)).toEqual([500, 202]);
  });
});

/** Attempts whose texts begin alike or not, cut into deltas, and visits that end anywhere. */
const stories = fc.record({
  texts: fc.array(fc.string({ maxLength: 12, unit: fc.constantFrom('a', 'b') }), {
    minLength: 1,
    maxLength: 4,
  }),
  sizes: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 }),
  visits: fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 5 }),
  format: fc.constantFrom('string' as const, 'object' as const, 'plain' as const),
});

function eventsOf(texts: readonly string[], sizes: readonly number[]): ReplyEvent[] {
  let cut = 0;
  const deltas = (text: string): ReplyEvent[] => {
    const parts: ReplyEvent[] = [];
    for (let at = 0; at < text.length; cut += 1) {
      const size = sizes[cut % sizes.length]!;
      parts.push(delta(text.slice(at, at + size)));
      at += size;
    }
    return parts;
  };
  return texts.flatMap((text, i) => [i === 0 ? STARTED : RESET, ...deltas(text)]);
}

test('however often a reader leaves, it ends with exactly the reply, or with an error', async () => {
  await fc.assert(
    fc.asyncProperty(stories, async ({ texts, sizes, visits, format }) => {
      const log = logOf(...eventsOf(texts, sizes), END);
      const reader = new Reader(format);
      let ready = 0;
      for (const [more, then] of visits) {
        ready = Math.min(log.length, ready + (more % 6));
        const until = Math.min(log.length, ready + (then % 6));
        await reader.visit(log, ready, until);
        ready = until;
      }
      await reader.visit(log);
      const reply = texts.at(-1)!;
      const isSame = texts.every((text) => reply.startsWith(text));
      const mayFail = format !== 'object' && !isSame;
      const outcome = reader.last === 'error' && mayFail ? ['end', reply] : [reader.last, reader.text];
      expect(outcome).toEqual(['end', reply]);
    }),
    { numRuns: 2_000 },
  );
});
