import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createTestDatabase,
  findProgram,
  freePort,
  postgresUrlForTests,
  redisUrlForTests,
  type TestDatabase,
} from '#testing';
import { Client } from './support/client.js';
import { commandsOf, type DocumentedCommand, documentedPages } from './support/documented-commands.js';
import { newDatabaseFolder } from './support/new-database.js';
import { openAiEnv } from './support/openai-env.js';
import { type Place, type Said, sh, shUntil } from './support/shell.js';
import { BINARY, type Env, FAST, startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const ROOT = resolve(import.meta.dirname, '..');
const THIS = relative(ROOT, import.meta.filename).replaceAll('\\', '/');

const PAGES = documentedPages().map((page) => ({ page, commands: commandsOf(page) }));
const ALL = PAGES.flatMap(({ commands }) => commands);

const { scripts: SCRIPTS } = JSON.parse(readFileSync('package.json', 'utf8')) as {
  scripts: Record<string, string>;
};

const runBy = ({ mark }: DocumentedCommand) => (mark && 'runBy' in mark ? mark.runBy : []);
const isRunHere = (command: DocumentedCommand) => runBy(command).join() === THIS;

/** What a page says as another one did is run once, unless it goes on with an answer. */
const isFirst = (command: DocumentedCommand) =>
  command.text.includes('<') || ALL.filter(isRunHere).find(({ text }) => text === command.text) === command;
const nameOf = ({ page, line, text }: DocumentedCommand) => `${page}:${line} ${text}`;

/** A command that does not end in time fails before, and says what it printed. */
const PATIENCE_MS = 60_000;

describe('every command in the documentation', () => {
  /** Up to the first thing that is somebody's own. */
  const beginOf = (text: string) => text.split(/ (?:[A-Z]{2,}|<|…)/)[0]!;

  /** The tests themselves, and what they run before. */
  function isSuite(text: string): boolean {
    const [, script] = /^npm (?:run )?(\S+)/.exec(text) ?? [];
    const suites = Object.keys(SCRIPTS).filter((name) => /^test\b/.test(name));
    return suites.some((name) => name === script || SCRIPTS[name]!.includes(`npm run ${script} `));
  }

  test('is there to look at', () => {
    expect(PAGES.length).toBeGreaterThan(50);
    expect(ALL.length).toBeGreaterThan(100);
  });

  test('is found, in blocks as in texts, with its mark', () => {
    const page = [
      '<!-- run by a.test.ts, b.test.ts -->\n\n```sh\nllmq x \\\n  --y\ncurl z\n# {"a":1}\n```',
      '_Not tested: no cluster._\n\n```\nA=1 helm install it\nhelm test it # (not tested)\n```',
      'Call `npm run it` or `npm`.\n\n```\na drawing\n```\n\n    docker run it',
    ].join('\n\n');
    const both = { runBy: ['a.test.ts', 'b.test.ts'] };
    expect(commandsOf('page', page)).toMatchObject([
      { text: 'llmq x \\\n  --y', line: 4, mark: both },
      { text: 'curl z', line: 6, shows: '{"a":1}', mark: both },
      { text: 'A=1 helm install it', mark: { notTested: 'no cluster.' } },
      { text: 'helm test it # (not tested)', mark: { notTested: expect.anything() } },
      { text: 'npm run it', inline: true, mark: undefined },
      { text: 'docker run it', inline: false, mark: undefined },
    ]);
  });

  test('is run by a test, or says that it is not', () => {
    const known = ALL.filter(({ mark }) => mark).map(({ text }) => text);
    const isKnown = (text: string) =>
      known.some((other) => other.startsWith(beginOf(text)) || text.startsWith(beginOf(other)));
    const unmarked = ALL.filter(({ mark, text, inline }) => {
      return !mark && !isSuite(text) && !(inline && isKnown(text));
    });
    expect(unmarked.map(nameOf)).toEqual([]);
  });

  test('names tests that there are, which hold its words', () => {
    const here = new Set(ALL.filter(isRunHere).map(({ text }) => text));
    const elsewhere = ALL.filter((command) => runBy(command).length > 0 && !here.has(command.text));
    expect(elsewhere.length).toBeGreaterThan(5);
    for (const command of elsewhere.filter(({ text }) => !isSuite(text))) {
      const sources = runBy(command)
        .map((file) => sourceOf(file))
        .join('\n');
      const missing = wordsOf(command.text).filter((word) => !sources.includes(word));
      expect(missing, nameOf(command)).toEqual([]);
    }
  });

  test('that npm is to run is there', () => {
    const asked = ALL.flatMap(({ text }) => /^npm run (\S+)/.exec(text)?.[1] ?? []);
    expect(asked.filter((name) => !Object.hasOwn(SCRIPTS, name))).toEqual([]);
  });

  /** A file with those of ours that it imports. */
  function sourceOf(file: string, seen = new Set<string>()): string {
    const path = resolve(ROOT, file);
    if (seen.has(path)) return '';
    seen.add(path);
    const text = readFileSync(path, 'utf8');
    const imports = [...text.matchAll(/from '(\.[^']+)\.js'/g)].map(([, name]) => `${name}.ts`);
    const more = imports.map((name) => join(dirname(path), name)).filter((name) => existsSync(name));
    return [text, ...more.map((name) => sourceOf(name, seen))].join('\n');
  }

  /** What of a command must be somewhere in the test: neither variables nor texts nor comments. */
  function wordsOf(text: string): string[] {
    const [, script = ''] = /^npm (?:run )?(\S+)/.exec(text) ?? [];
    return (SCRIPTS[script] ?? text)
      .replaceAll(/(^|\s)#.*$|'[^']*'|"[^"]*"|[A-Z_]+=\S*/gm, '')
      .split(/[\s/]+/)
      .filter((word) => /[a-z]{2}/.test(word) && !/[<>…]/.test(word));
  }
});

const LACKING = ['bash', 'curl', 'git', 'npm'].filter((program) => !findProgram([program]));

/** Part of the name of the tests, so that whoever reads it knows. */
const WHY_NOT = LACKING.length > 0 ? `, not run: no ${LACKING.join(', ')} here` : '';

describe.skipIf(LACKING.length > 0)(`the documentation on a running system${WHY_NOT}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmq-docs-'));
  let upstream: FakeUpstream;
  let system: System;
  let client: Client;
  let database: TestDatabase;
  let stores: Env;
  let dataDir: string;
  /** What the last answer had, by the names in <angle brackets>. */
  let last: Readonly<Record<string, unknown>> = {};

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    system = await startSystem('embedded', {
      ...openAiEnv(upstream),
      OPENAI_MODEL: 'gpt-5-mini',
      SIMULATOR_DELAY: '1ms',
    });
    client = new Client(system.gateways[0]!.url);
    await client.post('/api/v1/sessions', { session_id: 'sess-1' });
    await client.post('/api/v1/sessions/sess-1/messages', { content: 'Hello!' });
    database = await createTestDatabase(await postgresUrlForTests());
    stores = { DATABASE_URL: database.url, REDIS_URL: await redisUrlForTests() };
    dataDir = newDatabaseFolder();
    furnish();
  });
  afterAll(async () => {
    await system?.stop();
    await Promise.all([upstream?.close(), database?.drop()]);
    for (const made of [folder, dataDir]) rmSync(made, { recursive: true, force: true });
  });

  /** What somebody has who reads the pages: `llmq` on the PATH, a repository with a change, and places to write to. */
  function furnish(): void {
    for (const path of ['bin', 'etc/bash_completion.d', '.zfunc', '.config/fish/completions'])
      mkdirSync(join(folder, path), { recursive: true });
    const llmq = BINARY ?? `${process.execPath}" "${join(ROOT, 'dist/apps/server/src/llmq.js')}`;
    writeFileSync(join(folder, 'bin/llmq'), `#!/bin/sh\nexec "${llmq}" "$@"\n`, { mode: 0o755 });
    // What is refused is no success.
    writeFileSync(join(folder, '.curlrc'), 'silent\nshow-error\nfail-with-body\nmax-time = 25\n');
    const git = (...args: string[]) => execFileSync('git', args, { cwd: folder });
    git('init', '--quiet');
    writeFileSync(join(folder, 'report.txt'), 'As it was.\n');
    git('add', 'report.txt');
    writeFileSync(join(folder, 'report.txt'), 'As it is.\n');
  }

  /** The page as it is on this machine: other addresses, keys, folders and ids, and nothing else. */
  async function here(text: string): Promise<string> {
    return text
      .replace(/^git clone <.*> && cd llm-message-queue$/, ':')
      .replaceAll(/http:\/\/127\.0\.0\.1:8080|localhost:8080/g, client.url)
      .replace('COMMAND', 'help')
      .replace('--messages 1000', '--messages 100')
      .replace(/PORT=\d+/, `PORT=${await freePort()}`)
      .replace('OPENAI_API_KEY=…', `OPENAI_BASE_URL=${upstream.url}/v1 OPENAI_API_KEY=sk-of-the-tests`)
      .replace('postgres://…', String(stores['DATABASE_URL']))
      .replace('redis://10.0.0.5', String(stores['REDIS_URL']))
      .replace(/ \/etc\//, ` ${folder}/etc/`)
      .replace(/msg_[0-9a-f]{32}/, await messageFor(text))
      .replace(/conv_[0-9a-f]{32}/, await conversation())
      .replaceAll(/<(\w+)>/g, (_, name: string) => String(last[name]));
  }

  async function messageFor(text: string): Promise<string> {
    if (!text.includes('msg_')) return '';
    if (text.includes('cancel')) return client.send('Later', { delay: '1h' });
    const metadata = { simulate: { fail: 'provider_rejected' } };
    const id = await client.send('Hello!', text.includes('dead') ? { provider: 'simulator', metadata } : {});
    await client.ended(id);
    return id;
  }

  async function conversation(): Promise<string> {
    return (await client.post('/api/v1/conversations', { user_id: 'u' })).body.id as string;
  }

  /** The folder of the project for what is its own, one of theirs for everything else. */
  function placeOf(text: string): Place {
    const isOurs = /^([A-Z_]+=\S* )*(npm|npx|git clone) /.test(text) || text.endsWith('npm start');
    const linked = text.includes('COMMAND') ? [join(folder, 'npm/bin')] : [];
    const PATH = [...linked, join(folder, 'bin'), process.env['PATH']].join(delimiter);
    const home = { HOME: folder, PATH, npm_config_prefix: join(folder, 'npm'), npm_config_offline: 'true' };
    const env = { ...FAST, ...home, DATA_DIR: dataDir, LLMQ_URL: client.url };
    return { folder: isOurs ? ROOT : folder, env: text.includes('--role') ? { ...env, ...stores } : env };
  }

  const LISTENING = /"msg":"listening"/;

  /** What goes on until it is stopped: what it says, and what makes it say that. */
  const GOES_ON: readonly (readonly [RegExp, RegExp, (() => Promise<unknown>)?])[] = [
    [/(npm|llmq) start( --role \S+)?$|main\.js$/, LISTENING],
    [
      /^llmq tail --user ada/,
      /"content":"Hello, Ada!"/,
      () => client.send('Hello, Ada!', { user_id: 'ada' }),
    ],
    [/^curl -N .*\/sse\/sess-1/, /"is_last":true/],
  ];

  async function run({ text }: DocumentedCommand): Promise<Said> {
    const [command, place] = [await here(text), placeOf(text)];
    const goesOn = GOES_ON.find(([pattern]) => pattern.test(text));
    if (goesOn === undefined) return sh(command, place);
    const { output } = await shUntil(command, place, goesOn[1], goesOn[2]);
    return { code: 0, output };
  }

  /** The same fields of the same kinds. */
  function shapeOf(json: unknown): unknown {
    if (typeof json !== 'object' || json === null) return typeof json;
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, shapeOf(value)]));
  }

  function jsonOf(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  async function holds(command: DocumentedCommand): Promise<void> {
    const said = await run(command);
    const isSilent = command.text.startsWith('curl') && said.output === '';
    expect({ ...said, isSilent }, nameOf(command)).toMatchObject({ code: 0, isSilent: false });
    const json = jsonOf(said.output);
    if (typeof json === 'object' && json !== null) last = json as typeof last;
    expect(shapeOf(json)).toEqual(shapeOf(command.shows === undefined ? json : JSON.parse(command.shows)));
  }

  describe.each(PAGES.filter(({ commands }) => commands.some(isRunHere)))('$page', ({ commands }) => {
    test.each(commands.filter(isRunHere).filter(isFirst))('$line: $text', holds, PATIENCE_MS);
  });
});
