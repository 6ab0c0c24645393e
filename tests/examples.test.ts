import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '#testing';
import { openAiEnv } from './support/openai-env.js';
import { startSystem, type System } from './support/system.js';
import { type FakeUpstream, startFakeUpstream } from './upstream/fake-upstream.js';

const runFile = promisify(execFile);

const ROOT = join(import.meta.dirname, '..');
const EXAMPLES = join(ROOT, 'examples');
const TSC = join(ROOT, 'node_modules/@typescript/native/bin/tsc');

const KEY = 'key-for-the-examples-only';

/** As somebody says it who does not think of JSON. */
const QUESTION = 'Say "hello" to C:\\ & all';

/** Go compiles its own library the first time. */
const PATIENCE_MS = 240_000;

/** A Python that can import OpenAI's library. */
const python = findProgram(['python3']);
const canOpenAi = python !== undefined && spawnSync(python, ['-c', 'import openai']).status === 0;

const missing = (programs: readonly string[]) => programs.filter((program) => !findProgram([program]));
const lacks = (...programs: string[]) => missing(programs).length > 0;

/** Part of the name of a test, so that whoever reads it knows. */
const whyNot = (...programs: string[]) =>
  lacks(...programs) ? `, not run: no ${missing(programs).join(', ')} here` : '';

describe('the examples', () => {
  let upstream: FakeUpstream;
  let system: System;
  /** Where the client library is installed. */
  let project: string;

  beforeAll(async () => {
    project = mkdtempSync(join(tmpdir(), 'llmq-examples-'));
    upstream = await startFakeUpstream();
    system = await startSystem('embedded', {
      ...openAiEnv(upstream),
      API_KEYS: `examples:${KEY}:default:read+write`,
    });
  });
  afterAll(async () => {
    rmSync(project, { recursive: true, force: true });
    await system?.stop();
    await upstream?.close();
  });
  afterEach(() => upstream.behave({}));

  /** What an example prints; it fails where the example does. */
  async function say(program: string, args: readonly string[]): Promise<string> {
    upstream.behave({ chunkDelayMs: 5 });
    const env = { ...process.env, LLMQ_URL: system.gateways[0]!.url, LLMQ_KEY: KEY };
    const { stdout } = await runFile(program, [...args, QUESTION], { env, cwd: project });
    return stdout;
  }

  test.skipIf(lacks('sh', 'curl'))(`send.sh shows the reply${whyNot('sh', 'curl')}`, async () => {
    const lines = (await say('sh', [join(EXAMPLES, 'send.sh')])).trim().split('\n');
    expect(lines).toContain('event: end');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ status: 'completed', reply: { content: QUESTION } });
  });

  test.skipIf(lacks('python3'))(`send.py shows the reply${whyNot('python3')}`, async () => {
    expect(await say('python3', [join(EXAMPLES, 'send.py')])).toBe(`${QUESTION}\n`);
  });

  test.skipIf(lacks('go'))(
    `send.go shows the reply${whyNot('go')}`,
    async () => {
      expect(await say('go', ['run', join(EXAMPLES, 'send.go')])).toBe(`${QUESTION}\n`);
    },
    PATIENCE_MS,
  );

  test.skipIf(!canOpenAi)(
    `chat-openai.py shows the reply${canOpenAi ? '' : ', not run: no python3 with openai here'}`,
    async () => {
      expect(await say('python3', [join(EXAMPLES, 'chat-openai.py')])).toBe(`${QUESTION}\n`);
    },
  );

  test("chat-openai.ts shows the reply, with OpenAI's library", async () => {
    mkdirSync(join(project, 'node_modules'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules/openai'), join(project, 'node_modules/openai'));
    cpSync(join(EXAMPLES, 'chat-openai.ts'), join(project, 'chat-openai.ts'));
    expect(await say(process.execPath, [join(project, 'chat-openai.ts')])).toBe(`${QUESTION}\n`);
  });

  test('send.ts shows the reply, with the client library as it is installed', async () => {
    const library = join(project, 'node_modules/@llmq/client');
    mkdirSync(library, { recursive: true });
    const sources = join(ROOT, 'packages/client');
    await runFile(process.execPath, [
      TSC,
      '-p',
      join(sources, 'tsconfig.json'),
      '--outDir',
      join(library, 'dist'),
    ]);
    cpSync(join(sources, 'package.json'), join(library, 'package.json'));
    cpSync(join(EXAMPLES, 'send.ts'), join(project, 'send.ts'));
    expect(await say(process.execPath, [join(project, 'send.ts')])).toBe(`${QUESTION}\n`);
  });
});
