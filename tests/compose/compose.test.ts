import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { eventually } from '#testing';
import { Chat, SessionReader } from '../support/chat.js';
import { FLAWLESS } from '../support/checker.js';
import { type StreamEvent, textOf } from '../support/client.js';
import { readThrough } from '../support/faults.js';
import { Load } from '../support/load.js';
import { Talk } from '../support/talk.js';
import { Fleet, LIMIT, SOCKETS_PER_ADDRESS } from './fleet.js';

/** Everything is slow while a machine builds, starts and kills containers. */
const PATIENCE_MS = 120_000;

const PORTS: Readonly<Record<string, number>> = {
  'api-gateway': 8080,
  'queue-manager': 8081,
  scheduler: 8082,
};

const APPS = Object.keys(PORTS);

/** A reply that takes a second, so that there is always something to lose. */
const SLOW = { reply: 'echo', chunks: 5, chunkDelayMs: 200 };

describe('the compose stack', () => {
  let fleet: Fleet;
  let duplicatesBefore = 0;

  beforeAll(async () => {
    fleet = await Fleet.open();
    await fleet.stack.up();
    await fleet.stack.healthy();
  }, 2_100_000);
  afterAll(() => fleet?.system.stop(), 300_000);

  async function underLoad(name: string, work: () => Promise<void>): Promise<Load> {
    await fleet.behave(SLOW);
    const talks = await Promise.all([1, 2, 3].map(() => Talk.start(fleet.client)));
    const load = new Load(
      fleet.checker,
      () => fleet.client,
      talks.map(({ id }) => id),
      100,
      name,
    ).start();
    try {
      await work();
    } finally {
      await load.stop();
    }
    return load;
  }

  /** Nothing that was accepted is lost, and since the last look only what ran at a fault ran twice. */
  async function expectNothingLost(faults: number): Promise<void> {
    await fleet.behave({});
    const { duplicates, ...findings } = await fleet.checker.settled(PATIENCE_MS);
    expect(findings).toEqual(FLAWLESS);
    expect(duplicates - duplicatesBefore).toBeLessThanOrEqual(faults * LIMIT);
    duplicatesBefore = duplicates;
  }

  /** Resolves when a message goes all the way. */
  function answers(name: string): Promise<void> {
    let tries = 0;
    return eventually(
      async () => {
        const id = await fleet.checker.send(fleet.client, `${name}, try ${(tries += 1)}`);
        expect(await fleet.client.ended(id, 60_000)).toMatchObject({ status: 'completed' });
      },
      { timeoutMs: PATIENCE_MS, everyMs: 500 },
    );
  }

  describe('is one image', () => {
    test('that runs as nobody special, on a system that it cannot change', async () => {
      for (const id of await fleet.stack.ids(...APPS)) {
        const look = `const fs = require('node:fs'); let writes = true;
          try { fs.writeFileSync('/app/x', ''); } catch { writes = false; }
          const { CapEff } = Object.fromEntries(fs.readFileSync('/proc/self/status', 'utf8').split('\\n').map((l) => l.split(':\\t')));
          console.log(JSON.stringify({ uid: process.getuid(), writes, CapEff }));`;
        const seen = JSON.parse(await fleet.stack.exec(id, ['node', '-e', look])) as object;
        expect(seen).toEqual({ uid: 1_000, writes: false, CapEff: '0000000000000000' });
      }
    });

    test('of less than 250 MB, with a list of what is in it', async () => {
      const [id] = await fleet.stack.ids('api-gateway');
      const { Image } = JSON.parse(await fleet.stack.sh(['docker', 'inspect', '-f', '{{json .}}', id!])) as {
        Image: string;
      };
      const inspected = await fleet.stack.sh(['docker', 'image', 'inspect', '-f', '{{json .}}', Image]);
      const { Size, Config } = JSON.parse(inspected) as {
        Size: number;
        Config: { Labels: Record<string, string> };
      };
      expect(Size).toBeLessThan(250_000_000);
      const file = Config.Labels['llm-message-queue.sbom'];
      const print = ['docker', 'run', '--rm', '--entrypoint', 'cat', Image, file!];
      const sbom = JSON.parse(await fleet.stack.sh(print)) as {
        components: { name: string; version: string }[];
      };
      expect(sbom.components.length).toBeGreaterThan(50);
      expect(sbom.components).toContainEqual(expect.objectContaining({ name: 'fastify' }));
      expect(sbom.components.map(({ name }) => name)).not.toContain('vitest');
    });
  });

  describe('through its proxy', () => {
    test('takes a message and streams its reply while it is being made', async () => {
      await fleet.behave(SLOW);
      const id = await fleet.checker.send(fleet.client, 'one two three four five');
      const events: StreamEvent[] = [];
      let running = 0;
      for await (const event of fleet.client.stream(id)) {
        events.push(event);
        if (event.event === 'delta' && running === 0)
          running = (await fleet.calls()).filter(({ outcome }) => outcome === null).length;
      }
      expect(running).toBe(1);
      expect(textOf(events)).toBe('one two three four five');
      expect(events.at(-1)).toMatchObject({ event: 'end', data: { status: 'completed' } });
    });

    test('remembers a conversation', async () => {
      await fleet.behave({});
      const talk = await Talk.start(fleet.client);
      for (const content of ['first turn', 'second turn']) {
        const id = await fleet.checker.send(fleet.client, content, { conversation_id: talk.id });
        expect(await fleet.client.ended(id)).toMatchObject({ status: 'completed' });
      }
      const last = (await fleet.calls()).at(-1)!;
      expect(last.messages.map(({ text }) => text)).toEqual(['first turn', 'first turn', 'second turn']);
    });

    test('chats over a WebSocket, with a reader on another connection', async () => {
      fleet.checker.unsure.add('hello over a socket');
      const session = `s-${crypto.randomUUID()}`;
      const chat = await Chat.open(fleet.url, `?mode=session&session_id=${session}`);
      const reader = await SessionReader.open(fleet.url, session);
      onTestFinished(() => [chat, reader].forEach((one) => one.leave()));
      chat.send('hello over a socket');
      await reader.replies(1);
      expect(reader.text).toBe('hello over a socket');
    });

    test('counts connections by the address that the proxy saw, whatever a client says', async () => {
      const open: WebSocket[] = [];
      onTestFinished(() => open.forEach((socket) => socket.terminate()));
      const statusOf = async (address: string) => {
        const headers = { 'x-forwarded-for': address };
        const socket = new WebSocket(`${fleet.url.replace('http', 'ws')}/ws`, { headers });
        open.push(socket);
        return Promise.race([
          once(socket, 'open').then(() => 101),
          once(socket, 'unexpected-response').then(([, { statusCode }]) => statusCode as number),
        ]);
      };
      const statuses: number[] = [];
      for (let n = 0; n <= 2 * SOCKETS_PER_ADDRESS; n += 1) statuses.push(await statusOf(`203.0.113.${n}`));
      expect(statuses[0]).toBe(101);
      expect(statuses).toContain(429);

      const [elsewhere] = await fleet.stack.ids('upstream');
      const connect = `const s = new WebSocket('ws://proxy:8080/ws');
        s.onopen = () => { console.log('open'); process.exit(0); };
        s.onerror = () => { console.log('refused'); process.exit(0); };`;
      expect(await fleet.stack.exec(elsewhere!, ['node', '-e', connect])).toBe('open\n');
    });
  });

  test('runs more at once with more workers, and all of them are watched', async () => {
    await fleet.stack.run(['up', '-d', '--no-recreate', '--scale', 'queue-manager=3'], {
      timeoutMs: 300_000,
    });
    await fleet.stack.healthy('queue-manager');
    const workers = await fleet.stack.ids('queue-manager');
    expect(workers).toHaveLength(3);

    await fleet.behave({ hangBeforeHeaders: true });
    const contents = Array.from({ length: LIMIT }, (_, i) => `many at once ${i}`);
    const ids = await Promise.all(contents.map((content) => fleet.checker.send(fleet.client, content)));
    await eventually(
      async () => {
        const counts = await Promise.all(workers.map((id) => fleet.metric(id, 8081, 'llm_active_tasks')));
        expect(counts.reduce((a, b) => a + b)).toBe(LIMIT);
        expect(Math.min(...counts)).toBeGreaterThan(0);
      },
      { timeoutMs: PATIENCE_MS, everyMs: 500 },
    );
    await Promise.all(ids.map((id) => fleet.client.delete(`/api/v1/messages/${id}`)));

    await eventually(
      async () => {
        const response = await fetch(`${fleet.prometheus}/api/v1/targets?state=active`);
        const { data } = (await response.json()) as {
          data: { activeTargets: { labels: { instance: string }; health: string; lastError: string }[] };
        };
        expect(data.activeTargets.filter(({ health }) => health !== 'up')).toEqual([]);
        for (const app of APPS) {
          const found = data.activeTargets.filter(({ labels }) => labels.instance.endsWith(`:${PORTS[app]}`));
          expect(found.length, app).toBe((await fleet.stack.ids(app)).length);
        }
      },
      { timeoutMs: PATIENCE_MS, everyMs: 1_000 },
    );
  }, 600_000);

  test('loses nothing when each of its containers dies in turn', async () => {
    let faults = 0;
    const load = await underLoad('a container dies', async () => {
      for (const service of [...APPS, 'proxy', 'redis', 'postgres', 'prometheus'])
        for (const id of await fleet.stack.ids(service)) {
          await fleet.stack.crash(id);
          faults += 1;
          await answers(`after ${service} ${id.slice(0, 12)}`);
        }
    });
    await fleet.stack.healthy();
    expect(load.statuses.get(201)).toBeGreaterThan(100);
    await expectNothingLost(faults);
  }, 1_800_000);

  test('loses nothing when its stores are restarted, or Redis forgets everything', async () => {
    await underLoad('a store restarts', async () => {
      for (const store of ['postgres', 'redis']) {
        await fleet.stack.run(['restart', store], { timeoutMs: 180_000 });
        await fleet.stack.healthy(store);
        await answers(`after the restart of ${store}`);
      }
      const [redis] = await fleet.stack.ids('redis');
      await fleet.stack.exec(redis!, ['redis-cli', 'flushall']);
      await answers('after the loss of all of Redis');
    });
    await expectNothingLost(3);
  }, 900_000);

  test('takes every message while its gateways are replaced, and every stream goes on', async () => {
    const before = await fleet.stack.ids('api-gateway');
    await fleet.behave({ reply: 'echo', chunks: 600, chunkDelayMs: 100 });
    const content = 'x'.repeat(600);
    const id = await fleet.checker.send(fleet.client, content);
    const seen: StreamEvent[] = [];
    const reading = readThrough(fleet.client, id, seen, 5 * PATIENCE_MS);
    // Until it is waited for, whatever fails first is told.
    reading.catch(() => undefined);
    await eventually(() => expect(seen.length).toBeGreaterThan(3), { timeoutMs: PATIENCE_MS });

    const load = await underLoad('gateways are replaced', async () => {
      const files = fleet.stack.files.flatMap((file) => ['-f', file]);
      const script = ['deployments/rolling-update.sh', 'api-gateway', ...files];
      await fleet.stack.sh(script, { timeoutMs: 600_000 });
    });
    const after = await fleet.stack.ids('api-gateway');
    expect(after).toHaveLength(before.length);
    expect(after.filter((one) => before.includes(one))).toEqual([]);
    expect([...load.statuses.keys()]).toEqual([201]);
    expect(textOf(await reading)).toBe(content);
    await expectNothingLost(0);
  }, 900_000);

  test('comes back from a dump of Postgres alone', async ({ skip }) => {
    const [postgres] = await fleet.stack.ids('postgres');
    const majorOf = async (program: string) =>
      Number(/ (\d+)/.exec(await fleet.stack.exec(postgres!, [program, '--version']))![1]);
    if ((await majorOf('pg_dump')) < (await majorOf('postgres'))) skip('pg_dump is older than its Postgres');

    await fleet.behave({ hangBeforeHeaders: true });
    const contents = [1, 2, 3, 4, 5].map((n) => `before the dump ${n}`);
    const ids = await Promise.all(contents.map((content) => fleet.checker.send(fleet.client, content)));
    const folder = mkdtempSync(join(tmpdir(), 'llmq-dump-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const dump = join(folder, 'llmq.dump');
    await fleet.stack.shell(`COMPOSE exec -T postgres pg_dump -U llmq -Fc llmq > ${dump}`);
    fleet.checker.unsure.add('after the dump');
    const later = await fleet.client.send('after the dump');

    await fleet.behave({});
    await fleet.stack.shell(`COMPOSE stop api-gateway queue-manager scheduler`);
    await fleet.stack.shell(`COMPOSE exec -T postgres dropdb -U llmq llmq`);
    await fleet.stack.shell(`COMPOSE exec -T postgres createdb -U llmq llmq`);
    await fleet.stack.shell(`COMPOSE exec -T postgres pg_restore -U llmq -d llmq < ${dump}`);
    await fleet.stack.shell(`COMPOSE exec -T redis redis-cli flushall`);
    await fleet.stack.shell(`COMPOSE up -d`);
    await fleet.stack.healthy();
    for (const id of ids)
      expect(await fleet.client.ended(id, PATIENCE_MS)).toMatchObject({ status: 'completed' });
    expect((await fleet.client.get(`/api/v1/messages/${later}`)).status).toBe(404);
    await expectNothingLost(1);
  }, 900_000);

  test('ends in order', async () => {
    const ids = await fleet.stack.ids(...APPS);
    await fleet.stack.run(['stop'], { timeoutMs: 300_000 });
    for (const id of ids) expect((await fleet.stack.inspect(id)).State).toMatchObject({ ExitCode: 0 });
  }, 360_000);
});
