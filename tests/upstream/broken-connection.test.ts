import { eventually } from '#testing';
import { type Dispatcher } from 'undici';
import { describe, expect, test } from 'vitest';
import { setup } from './upstream-client.js';

/** Reads until the connection fails. */
async function textBeforeCut({ body }: Dispatcher.ResponseData): Promise<string> {
  let text = '';
  const read = async () => {
    for await (const part of body.setEncoding('utf8')) text += String(part);
  };
  await expect(read()).rejects.toThrow();
  return text;
}

describe('a broken connection', () => {
  test('is cut after so many deltas', async () => {
    const { ask, upstream } = await setup([{ cutAfterChunks: 2, chunkDelayMs: 5 }]);
    const text = await textBeforeCut(await ask({ stream: true }));
    expect(text).toContain('"content":" two"');
    expect(text).not.toContain('three');
    expect(upstream.calls()).toMatchObject([{ outcome: 'cut', chunksSent: 2, abortedAt: null }]);
  });

  test('is cut in the middle of a body', async () => {
    const { ask } = await setup([{ cutAfterChunks: 0 }]);
    const text = await textBeforeCut(await ask());
    expect(text.length).toBeGreaterThan(50);
  });

  test('is cut before the headers', async () => {
    const { ask, upstream } = await setup([{ cutBeforeHeaders: true }]);
    await expect(ask({ stream: true })).rejects.toThrow();
    expect(upstream.calls()).toMatchObject([{ outcome: 'cut', status: null, startedAt: null }]);
  });

  test('hangs before the headers until the client goes', async () => {
    const { ask, upstream } = await setup([{ hangBeforeHeaders: true }]);
    const client = new AbortController();
    const response = ask({ stream: true }, { signal: client.signal });
    await eventually(() => expect(upstream.calls()).toMatchObject([{ outcome: null, startedAt: null }]));
    client.abort();
    await expect(response).rejects.toThrow('aborted');
    await eventually(() => expect(upstream.calls()).toMatchObject([{ outcome: 'aborted', startedAt: null }]));
  });

  test.each([{ stream: true }, { stream: false }])(
    'hangs in the middle of a reply, %o',
    async ({ stream }) => {
      const { ask, upstream } = await setup([{ hangAfterChunks: 1 }]);
      const client = new AbortController();
      const { statusCode, body } = await ask({ stream }, { signal: client.signal });
      expect(statusCode).toBe(200);
      await eventually(() =>
        expect(upstream.calls()).toMatchObject([{ outcome: null, chunksSent: stream ? 1 : 0 }]),
      );
      client.abort();
      await expect(body.text()).rejects.toThrow('aborted');
      await eventually(() => expect(upstream.calls()).toMatchObject([{ outcome: 'aborted' }]));
    },
  );

  test('is noticed at once when the client closes it', async () => {
    const { ask, upstream } = await setup([{ chunks: 1000, chunkDelayMs: 20 }]);
    const client = new AbortController();
    const { body } = await ask({ stream: true }, { signal: client.signal });
    await eventually(() => expect(upstream.calls()[0]!.chunksSent).toBeGreaterThan(2));
    const abortedAt = Date.now();
    client.abort();
    await expect(body.text()).rejects.toThrow('aborted');
    await eventually(() => expect(upstream.calls()).toMatchObject([{ outcome: 'aborted' }]));
    const [call] = upstream.calls();
    expect(call!.abortedAt! - abortedAt).toBeLessThan(200);
    expect(call!.finishedAt).toBe(call!.abortedAt);
  });

  test('of a client that does not read holds the reply back', async () => {
    const { ask, upstream } = await setup([{ reply: 'x'.repeat(50_000_000), chunks: 500 }]);
    const { body } = await ask({ stream: true });
    let sent = -1;
    const standsStill = () => {
      const before = sent;
      sent = upstream.calls()[0]!.chunksSent;
      expect(sent).toBe(before);
    };
    await eventually(standsStill, { everyMs: 100 });
    expect(sent).toBeLessThan(500);
    expect((await body.text()).length).toBeGreaterThan(50_000_000);
    expect(upstream.calls()).toMatchObject([{ outcome: 'completed', chunksSent: 500 }]);
  });
});
