import { describe, expect, test } from 'vitest';
import { chunksOf, eventsOf, setup, textOf } from './upstream-client.js';

describe('a healthy reply', () => {
  test('is streamed as OpenAI does: role, deltas, finish reason, done', async () => {
    const { ask } = await setup();
    const response = await ask({ stream: true });
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/event-stream; charset=utf-8');
    const events = eventsOf(await response.body.text());
    const chunks = chunksOf(events);
    expect(events.at(-1)).toBe('[DONE]');
    expect(chunks.map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: 'assistant', content: '', refusal: null },
      { content: 'one' },
      { content: ' two' },
      { content: ' three' },
      {},
    ]);
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null, null, null, 'stop']);
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    for (const chunk of chunks)
      expect(chunk).toMatchObject({ object: 'chat.completion.chunk', model: 'm-1' });
    for (const chunk of chunks) expect(chunk).not.toHaveProperty('usage');
  });

  test('ends with a usage chunk when the client asks for one', async () => {
    const { stream } = await setup();
    const chunks = chunksOf(await stream({ stream_options: { include_usage: true } }));
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
    });
  });

  test('is one JSON body without streaming', async () => {
    const { ask } = await setup();
    const response = await ask();
    expect(response.headers['content-type']).toBe('application/json');
    expect(await response.body.json()).toMatchObject({
      object: 'chat.completion',
      model: 'm-1',
      choices: [
        { index: 0, message: { role: 'assistant', content: 'one two three' }, finish_reason: 'stop' },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 3, total_tokens: 6 },
    });
  });

  test.each([
    { behaviour: { reply: 'fixed text' }, text: 'fixed text' },
    { behaviour: { reply: '  spaces \n and lines \n' }, text: '  spaces \n and lines \n' },
    { behaviour: { reply: 'échec 🙂🙃', chunks: 8 }, text: 'échec 🙂🙃' },
    { behaviour: { reply: 'short', chunks: 100 }, text: 'short' },
    { behaviour: { reply: '' }, text: '' },
    { behaviour: { chunks: 3 }, text: 'word1 word2 word3' },
    { behaviour: { reply: 'echo' }, text: 'one two three' },
  ])('says $text for $behaviour', async ({ behaviour, text }) => {
    const { stream, ask } = await setup([behaviour]);
    expect(textOf(await stream())).toBe(text);
    const { choices } = (await (await ask()).body.json()) as { choices: { message: { content: string } }[] };
    expect(choices[0]?.message.content).toBe(text);
  });

  test('is cut into as many deltas as the script says', async () => {
    const { stream } = await setup([{ reply: 'abcdefghij', chunks: 4 }]);
    expect(chunksOf(await stream()).slice(1, -1)).toHaveLength(4);
  });

  test('repeats the whole prompt as a transcript', async () => {
    const { stream } = await setup([{ reply: 'transcript' }]);
    const messages = [
      { role: 'system', content: 'be brief' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'hello ' },
          { type: 'text', text: 'you' },
        ],
      },
      { role: 'assistant', content: null },
    ];
    expect(JSON.parse(textOf(await stream({ messages })))).toEqual([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hello you' },
      { role: 'assistant', content: '' },
    ]);
  });

  test('takes its time', async () => {
    const { ask, upstream } = await setup([{ chunks: 3, firstChunkDelayMs: 60, chunkDelayMs: 40 }]);
    for (const stream of [true, false]) await (await ask({ stream })).body.text();
    for (const { receivedAt, finishedAt } of upstream.calls())
      expect(finishedAt! - receivedAt).toBeGreaterThanOrEqual(135);
    const [streamed, whole] = upstream.calls();
    expect(streamed!.startedAt! - streamed!.receivedAt).toBeLessThan(50);
    expect(whole!.startedAt! - whole!.receivedAt).toBeGreaterThanOrEqual(135);
  });

  test('leaves out what the script says', async () => {
    const { stream } = await setup([{ noDone: true, noUsage: true, finishReason: 'length' }]);
    const events = await stream({ stream_options: { include_usage: true } });
    expect(chunksOf(events).at(-1)!.choices[0]!.finish_reason).toBe('length');
    expect(events).not.toContain('[DONE]');
  });

  test('is dripped byte by byte', async () => {
    const { ask } = await setup([{ reply: 'hé', dripBytes: 0 }]);
    const response = await ask({ stream: true });
    const sizes: number[] = [];
    const parts: Buffer[] = [];
    for await (const part of response.body as AsyncIterable<Buffer>) {
      sizes.push(part.length);
      parts.push(part);
    }
    expect(textOf(eventsOf(Buffer.concat(parts).toString()))).toBe('hé');
    expect(sizes.length).toBeGreaterThan(100);
  });
});

describe('an error', () => {
  test('has the status, the headers and the body of OpenAI', async () => {
    const { ask } = await setup([{ status: 429, retryAfter: 7, retryAfterMs: 7100 }]);
    const { statusCode, headers, body } = await ask({ stream: true });
    expect(statusCode).toBe(429);
    expect(headers).toMatchObject({ 'retry-after': '7', 'retry-after-ms': '7100' });
    expect(await body.json()).toMatchObject({ error: { type: 'requests', code: 'rate_limit_exceeded' } });
  });

  test('has the body of the script', async () => {
    const { ask } = await setup([
      { status: 500, errorBody: { detail: 'oops' } },
      { status: 500, errorBody: 'oops' },
    ]);
    expect(await (await ask()).body.json()).toEqual({ detail: 'oops' });
    expect(await (await ask()).body.text()).toBe('oops');
  });

  test('comes as a page of HTML', async () => {
    const { ask } = await setup([{ html: true, status: 502 }, { html: true }]);
    const bad = await ask();
    expect(bad.statusCode).toBe(502);
    expect(bad.headers['content-type']).toContain('text/html');
    expect(await bad.body.text()).toContain('<h1>');
    const good = await ask({ stream: true });
    expect(good.statusCode).toBe(200);
    expect(await good.body.text()).toContain('<h1>');
  });

  test('comes in the middle of a stream', async () => {
    const { stream, ask } = await setup([
      { errorInStream: 2 },
      { errorInStream: true },
      { errorInStream: 0 },
    ]);
    const errorAfter = async () => {
      const chunks = chunksOf(await stream());
      expect(chunks.at(-1)!.error).toMatchObject({ message: expect.any(String) });
      return chunks.length - 2;
    };
    expect(await errorAfter()).toBe(2);
    expect(await errorAfter()).toBe(3);
    expect(await errorAfter()).toBe(0);
    const whole = await ask();
    expect(whole.statusCode).toBe(200);
    expect(await whole.body.json()).toHaveProperty('error');
  });

  test('is garbage', async () => {
    const { ask, upstream } = await setup([{ garbage: true }]);
    const text = await (await ask({ stream: true })).body.text();
    expect(text).toContain('"content":"one"');
    expect(text).toContain('data: {"choices":[{"index":0,"delta":{"content":"brok\n');
    await expect((await ask()).body.json()).rejects.toThrow(SyntaxError);
    expect(upstream.calls().map(({ outcome }) => outcome)).toEqual(['error', 'error']);
  });

  test('is a reply without choices', async () => {
    const { stream, ask } = await setup([
      { emptyChoices: true },
      { emptyChoices: true },
      { emptyChoices: 'first' },
    ]);
    expect(chunksOf(await stream()).flatMap(({ choices }) => choices)).toEqual([]);
    expect(await (await ask()).body.json()).toMatchObject({ choices: [] });
    const events = await stream();
    expect(chunksOf(events)[0]!.choices).toEqual([]);
    expect(textOf(events)).toBe('one two three');
  });

  test('is a wrong content type', async () => {
    const { ask } = await setup([{ contentType: 'text/plain' }]);
    expect((await ask({ stream: true })).headers['content-type']).toBe('text/plain');
  });

  test('answers 400 to a body that OpenAI would refuse, and uses up no behaviour', async () => {
    const { ask, stream, upstream } = await setup([{ reply: 'the first' }, { reply: 'the second' }]);
    const refused = await ask({ messages: 'none' });
    expect(refused.statusCode).toBe(400);
    expect(await refused.body.json()).toMatchObject({ error: { type: 'invalid_request_error' } });
    expect(upstream.calls()).toMatchObject([{ outcome: 'error', status: 400, model: null }]);
    expect(textOf(await stream())).toBe('the first');
  });
});
