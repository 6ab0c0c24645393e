import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { QUESTION, setup, textOf } from './upstream-client.js';

describe('the control API', () => {
  test('uses the behaviours in order and repeats the last one', async () => {
    const { send, stream } = await setup([{ reply: 'before' }]);
    expect(textOf(await stream())).toBe('before');
    const script = [{ reply: 'first' }, { reply: 'second' }];
    expect((await send('PUT', '/control/behaviour', script)).statusCode).toBe(204);
    const said = [await stream(), await stream(), await stream()].map(textOf);
    expect(said).toEqual(['first', 'second', 'second']);
    await send('PUT', '/control/behaviour', { reply: 'alone' });
    expect(textOf(await stream())).toBe('alone');
  });

  test('refuses a behaviour that it does not know', async () => {
    const { send } = await setup();
    const { statusCode, body } = await send('PUT', '/control/behaviour', [{ replay: 'typo' }]);
    expect(statusCode).toBe(400);
    expect(await body.text()).toContain('replay');
  });

  test('tells what each call held, without its key', async () => {
    const { send, ask } = await setup();
    const headers = { authorization: 'Bearer sk-secret', 'x-request-id': 'r-1', 'x-tenant': 't' };
    const completion = (await (await ask({ temperature: 0.5 }, { headers })).body.json()) as { id: string };
    const text = await (await send('GET', '/control/calls')).body.text();
    expect(text).not.toContain('sk-secret');
    expect(JSON.parse(text)).toMatchObject([
      {
        id: completion.id,
        requestId: 'r-1',
        headers: { 'x-request-id': 'r-1', 'x-tenant': 't' },
        authorizationSha256: createHash('sha256').update('Bearer sk-secret').digest('hex'),
        body: { ...QUESTION, temperature: 0.5 },
        model: 'm-1',
        stream: false,
        messages: [{ role: 'user', text: 'one two three' }],
        receivedAt: expect.any(Number),
        startedAt: expect.any(Number),
        finishedAt: expect.any(Number),
        abortedAt: null,
        outcome: 'completed',
        status: 200,
      },
    ]);
  });

  test('forgets the calls when told to', async () => {
    const { send, ask } = await setup();
    await (await ask()).body.text();
    expect((await send('DELETE', '/control/calls')).statusCode).toBe(204);
    expect(await (await send('GET', '/control/calls')).body.json()).toEqual([]);
  });

  test('lists the models, and answers 404 to anything else', async () => {
    const { send } = await setup([], { models: ['a', 'b'] });
    const list = (await (await send('GET', '/v1/models')).body.json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(['a', 'b']);
    expect((await send('GET', '/v1/nothing')).statusCode).toBe(404);
  });

  test('keeps the calls in a file, each before the client can see its end', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'llm-mq-upstream-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    const logFile = join(directory, 'calls.jsonl');
    const { ask } = await setup([{}, { status: 500 }], { logFile });
    await (await ask({}, { headers: { 'x-request-id': 'r-1' } })).body.text();
    await (await ask({}, { headers: { 'x-request-id': 'r-2' } })).body.text();
    const lines = (await readFile(logFile, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { event: 'received', requestId: 'r-1', body: QUESTION },
      { event: 'finished', requestId: 'r-1', outcome: 'completed', status: 200 },
      { event: 'received', requestId: 'r-2' },
      { event: 'finished', requestId: 'r-2', outcome: 'error', status: 500 },
    ]);
  });
});
