import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig } from '#config';
import { eventually, freePort, type ManagedProcess } from '#testing';
import { Client } from './support/client.js';
import { llmq, type RunOptions, spawnLlmq } from './support/llmq.js';
import { newDatabaseFolder } from './support/new-database.js';
import { FAST } from './support/system.js';
import { TcpProxy } from './support/tcp-proxy.js';

const KEY = 'the-key-of-somebody-who-may-everything';
const READER = 'the-key-of-somebody-who-may-only-read';

const folder = mkdtempSync(join(tmpdir(), 'llmq-cli-'));
const data = newDatabaseFolder();
let server: ManagedProcess;
let url: string;
let client: Client;

beforeAll(async () => {
  const keys = `ops:${KEY}:default:read+write+admin,reader:${READER}:default:read`;
  server = spawnLlmq(['start'], { ...FAST, DATA_DIR: data, API_KEYS: keys });
  const line = await server.waitForLine('"msg":"listening"', 30_000);
  url = (JSON.parse(line) as { url: string }).url.replace('0.0.0.0', '127.0.0.1');
  client = new Client(url, { 'x-api-key': KEY });
});
afterAll(async () => {
  server?.kill('SIGTERM');
  await server?.exited;
  for (const made of [folder, data]) rmSync(made, { recursive: true, force: true });
});

const here = () => ({ LLMQ_URL: url, LLMQ_API_KEY: KEY });
const run = (args: readonly string[], options: RunOptions = {}) => llmq(args, { env: here(), ...options });
const said = (text: string) => [1, 2, 3, 4, 5].map((n) => `chunk ${n}: ${text}\n`).join('');

/** A message that has failed for good. */
async function dead(user: string): Promise<string> {
  const metadata = { simulate: { fail: 'provider_rejected' } };
  const id = await client.send('fails', { user_id: user, metadata });
  expect(await client.ended(id)).toMatchObject({ status: 'failed' });
  return id;
}

describe('llmq send', () => {
  test('prints the reply as it comes', async () => {
    const pieces: string[] = [];
    const options = { onOutput: (text: string) => pieces.push(text) };
    const { code, output } = await run(
      ['send', 'Hello', 'there', '--priority', 'high', '-u', 'ada'],
      options,
    );
    expect({ code, output }).toEqual({ code: 0, output: said('Hello there') });
    expect(pieces.length).toBeGreaterThan(1);
    const [message] = (await run(['messages', 'list', '--user', 'ada', '--json'])).json.messages;
    expect(message).toMatchObject({ content: 'Hello there', priority: 'high', status: 'completed' });
  });

  test('as JSON prints the stored message and nothing else', async () => {
    const { code, json } = await run(['send', 'Hello', '--json']);
    expect(code).toBe(0);
    expect(json).toMatchObject({ status: 'completed', reply: { content: said('Hello') } });
  });

  test('sends arguments, a file and what is piped in as one text', async () => {
    const file = join(folder, 'note.txt');
    writeFileSync(file, 'from the file');
    const { json } = await run(['send', 'Read this:', '-', '--file', file, '--json'], {
      input: 'from the pipe\n',
    });
    expect(json.content).toBe('Read this:\n\nfrom the file\n\nfrom the pipe');
    expect((await run(['send', '--json'], { input: 'only piped' })).json.content).toBe('only piped');
    expect(await run(['send'])).toMatchObject({ code: 2, errors: expect.stringContaining('no text') });
    expect(await run(['send', '--file', join(folder, 'none')])).toMatchObject({ code: 2 });
  });

  test('does not wait when it is detached; `tail` reads the reply later', async () => {
    const { output } = await run(['send', 'Later', '--detach']);
    const id = output.trim();
    expect(id).toMatch(/^msg_/);
    expect(await run(['tail', id])).toMatchObject({ code: 0, output: said('Later') });
    expect(await run(['tail', id, '--after', '7'])).toMatchObject({ code: 0, output: '' });
  });

  test('goes on where it was when the connection breaks', async () => {
    const proxy = await TcpProxy.start(Number(new URL(url).port));
    let pieces = 0;
    const onOutput = () => {
      if ((pieces += 1) === 1) proxy.resetAll();
    };
    const env = { ...here(), LLMQ_URL: proxy.url(url) };
    expect(await llmq(['send', 'Hold on'], { env, onOutput })).toMatchObject({
      code: 0,
      output: said('Hold on'),
    });
    expect(pieces).toBeGreaterThan(1);
    await proxy.stop();
  });

  test('says so when the message ends badly', async () => {
    const id = await dead('sad');
    const { code, errors } = await run(['tail', id]);
    expect({ code, errors }).toEqual({ code: 7, errors: expect.stringContaining('provider_rejected') });
  });

  test('leaves at a Ctrl-C and names the way back; the message goes on', async () => {
    const leaving = new AbortController();
    const left = await run(['send', 'Bye'], { onOutput: () => leaving.abort(), signal: leaving.signal });
    expect(left).toMatchObject({ code: 130, errors: expect.stringContaining('llmq tail msg_') });
    const [, id] = /llmq tail (\S+)/.exec(left.errors)!;
    expect((await client.ended(id!)).reply.content).toBe(said('Bye'));
  });
});

describe('llmq chat', () => {
  test('has one turn for each line, in one conversation that can be gone on with', async () => {
    const first = await run(['chat', '--user', 'eve'], { input: 'one\n\ntwo\n' });
    expect(first).toMatchObject({ code: 0, output: said('one') + said('two') });
    const [, id] = /--conversation (\S+)/.exec(first.errors)!;
    await run(['chat', '-c', id!], { input: 'three' });
    const { json } = await run(['conversations', 'show', id!, '--json']);
    expect(json.messages.map(({ content }: { content: string }) => content)).toEqual(['one', 'two', 'three']);
    expect((await run(['conversations', 'show', id!])).output).toContain('chunk 5: three');
    expect((await run(['conversations', '--user', 'eve'])).output).toContain(id);
  });
});

describe('llmq messages, tail and top', () => {
  test('show and cancel a message', async () => {
    const id = await client.send('Not now', { delay: '1h' });
    expect((await run(['messages', 'show', id])).output).toMatch(/status +scheduled[^]*Not now/);
    expect(await run(['messages', 'cancel', id])).toMatchObject({ code: 0, output: `${id} is cancelled\n` });
    const listed = await run(['messages', '--status', 'cancelled']);
    expect(listed.output).toContain(id);
  });

  test('a list has pages', async () => {
    const user = crypto.randomUUID();
    for (const text of ['a', 'b', 'c']) await client.send(text, { user_id: user });
    const list = ['messages', 'list', '--user', user, '--limit', '2'];
    const [, next] = /--after (\S+)/.exec((await run(list)).errors)!;
    expect((await run([...list, '--after', next!, '--json'])).json.messages).toHaveLength(1);
  });

  test('`tail` tells what becomes of messages', async () => {
    const seen: string[] = [];
    const tailing = run(['tail', '--user', 'tailed', '--every', '50ms', '--count', '1', '--json'], {
      onOutput: (text) => seen.push(text),
    });
    await eventually(async () => {
      await client.send('watch me', { user_id: 'tailed' });
      expect(seen.length).toBeGreaterThan(0);
    });
    const { code, json } = await tailing;
    expect({ code, content: json.content }).toEqual({ code: 0, content: 'watch me' });
  });

  test('`top` has bands, slots and providers', async () => {
    const { output } = await run(['top']);
    expect(output).toMatch(/BAND +WAITING[^]*realtime[^]*low[^]*PROVIDER[^]*simulator.* available/);
    const { json } = await run(['top', '--json']);
    expect(json.queues.queues).toHaveLength(4);
    expect(json).toMatchObject({
      providers: { simulator: { available: true } },
      scheduler: expect.anything(),
    });
  });
});

describe('llmq dead', () => {
  test('lists, shows and requeues dead letters', async () => {
    const user = crypto.randomUUID();
    const [one, two] = [await dead(user), await dead(user)];
    expect((await run(['dead', 'list', '--user', user])).output).toContain(one);
    expect((await run(['dead', '--user', user, '--json'])).json.dead_letters).toHaveLength(2);
    expect((await run(['dead', 'show', two])).output).toContain('provider_rejected');
    expect(await run(['dead', 'requeue', one])).toMatchObject({
      code: 0,
      output: expect.stringContaining(one),
    });
    const all = await run(['dead', 'requeue', '--all', '--user', user, '--rate', '100', '--json']);
    expect(all).toMatchObject({ code: 0, json: { state: 'done' } });
    expect(all.json.requeued).toBeGreaterThanOrEqual(1);
    expect(await run(['dead', 'requeue'])).toMatchObject({ code: 2 });
  });
});

describe('llmq providers and bench', () => {
  test('a provider is asked, and an unknown one is told', async () => {
    expect(await run(['providers'])).toMatchObject({ code: 0, output: expect.stringContaining('simulator') });
    const tested = await run(['providers', 'test', '--json']);
    expect(tested).toMatchObject({ code: 0, json: { simulator: { ok: true } } });
    expect(await run(['providers', 'test', 'nobody'])).toMatchObject({ code: 5 });
  });

  test('a short load has figures', async () => {
    const { code, json } = await run(['bench', '-n', '20', '--concurrency', '5', '--json']);
    expect(code).toBe(0);
    expect(json).toMatchObject({ messages: 20, failed: 0, concurrency: 5 });
    expect(json.messages_per_second).toBeGreaterThan(0);
    expect(json.reply_p99_ms).toBeGreaterThanOrEqual(json.first_token_p50_ms);
  });
});

describe('exit codes', () => {
  test.each([
    [2, ['nonsense']],
    [2, ['dead', 'nonsense']],
    [2, ['send', 'x', '--nonsense']],
    [2, ['send', 'x', '--priority', 'soon']],
    [2, ['messages', 'show']],
    [2, ['messages', 'list', '--limit', 'many']],
    [2, ['top', '--url', 'no address']],
    [4, ['top', '--key', 'wrong']],
    [4, ['send', 'x', '--key', READER]],
    [5, ['messages', 'show', 'msg_nothing']],
    [5, ['tail', 'msg_nothing']],
  ])('%i: llmq %j', async (code, args) => {
    const ran = await run(args);
    expect(ran).toMatchObject({ code, output: '' });
    expect(ran.errors).not.toBe('');
    const asJson = await run([...args, '--json']);
    expect(asJson).toMatchObject({ code, output: '' });
    expect(JSON.parse(asJson.errors)).toMatchObject({ error: { message: expect.any(String) } });
  });
});

test('3: where nothing listens', async () => {
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  expect(await run(['top', '--url', nowhere])).toMatchObject({
    code: 3,
    errors: expect.stringContaining('llmq start'),
  });
});

describe('llmq keys and config', () => {
  test('a generated key is one that the configuration takes', async () => {
    const { json } = await run([
      'keys',
      'generate',
      'app',
      '--tenant',
      'acme',
      '--scopes',
      'read,admin',
      '--json',
    ]);
    const [entry] = loadConfig({ env: { API_KEYS: json.API_KEYS } }).auth.keys;
    expect(entry).toEqual({ name: 'app', tenant: 'acme', scopes: ['read', 'admin'], sha256: json.sha256 });
    expect((await run(['keys', 'generate', 'app'])).output).toContain('sha256=');
    expect(await run(['keys', 'generate', 'a:b'])).toMatchObject({ code: 2 });
    expect(await run(['keys', 'generate', 'a', '--scopes', 'all'])).toMatchObject({ code: 2 });
  });

  test('the configuration is written once, checked and explained', async () => {
    const configs = join(mkdtempSync(join(folder, 'config-')), 'configs');
    expect((await run(['config', 'init', configs])).output).toMatch(/written .*config\.yaml/);
    writeFileSync(join(configs, 'config.yaml'), 'queue:\n  shedding:\n    tolerence: 3\n');
    expect((await run(['config', 'init', configs])).output).toMatch(/kept .*config\.yaml/);
    const check = ['config', 'check', '--config', join(configs, 'config.yaml'), '--json'];
    expect(await run(check)).toMatchObject({
      code: 8,
      json: { valid: false, problems: [expect.stringContaining('tolerence')] },
    });
    writeFileSync(join(configs, 'config.yaml'), '');
    const env = { ...here(), PROVIDERS_FILE: join(configs, 'providers.yaml') };
    expect(await run(check, { env })).toMatchObject({ code: 0, json: { valid: true, problems: [] } });
    expect((await run(['config', 'doc', 'drain_delay'])).output).toContain('HTTP_DRAIN_DELAY');
    expect(await run(['config', 'doc', 'no such thing'])).toMatchObject({ code: 2 });
    const schema = readFileSync('configs/providers.schema.json', 'utf8');
    expect((await run(['config', 'schema', 'providers'])).output).toBe(schema);
  });
});

describe('completion and help', () => {
  test('bash completes verbs, options and values', async () => {
    const file = join(folder, 'llmq.bash');
    writeFileSync(file, (await run(['completion', 'bash'])).output);
    const complete = (...words: string[]) => {
      const list = words.map((word) => `'${word}'`).join(' ');
      const script = `. ${file}; COMP_WORDS=(llmq ${list}); COMP_CWORD=${words.length}; _llmq; echo "\${COMPREPLY[@]}"`;
      return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split(' ');
    };
    expect(complete('conv')).toEqual(['conversations']);
    expect(complete('dead', '')).toEqual(['list', 'show', 'requeue']);
    expect(complete('dead', 'requeue', '--al')).toEqual(['--all']);
    expect(complete('send', '--priority', '')).toEqual(['realtime', 'high', 'normal', 'low']);
    expect((await run(['completion', 'zsh'])).output).toMatch(/^#compdef llmq/);
    expect((await run(['completion', 'fish'])).output).toContain('-l priority');
    expect(await run(['completion', 'csh'])).toMatchObject({ code: 2 });
  });

  test.each([[['--help']], [['help', 'send']], [['dead', '--help']], [['version']], [['--version']]])(
    'llmq %j is answered',
    async (args) => {
      expect(await run(args)).toMatchObject({ code: 0, errors: '', output: expect.stringMatching(/llmq/) });
    },
  );
});

describe('the program', () => {
  const start = (args: readonly string[]) => spawnLlmq(args, here());

  test('has the exit codes of its commands', async () => {
    const [sent, wrong] = [start(['send', 'Hello', '--json']), start(['nonsense'])];
    expect([await sent.exited, await wrong.exited]).toEqual([0, 2]);
    expect(JSON.parse(sent.output())).toMatchObject({ status: 'completed' });
  });

  test('ends at a Ctrl-C', async () => {
    const tailing = start(['tail', '--every', '50ms', '--json', '--user', 'nobody-else']);
    await eventually(async () => {
      await client.send('there', { user_id: 'nobody-else' });
      expect(tailing.output()).toContain('there');
    });
    tailing.kill('SIGINT');
    expect(await tailing.exited).toBe(130);
  });
});
