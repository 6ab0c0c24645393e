import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type ManagedProcess,
  type PrivateServer,
  spawnNode,
  startPrivatePostgres,
  startPrivateRedis,
} from '#testing';

/**
 * The whole fleet on one machine, to try out what a fleet does: two processes of each role on a Redis and a
 * Postgres whose data is kept in DATA_DIR/stack. PORT is the first port (8080 by default; 0: any free ones). A
 * REDIS_URL or DATABASE_URL of the environment is used in place of a private server.
 */
const FLEET = [
  { role: 'api-gateway', name: 'api-gateway-1', offset: 0 },
  { role: 'queue-manager', name: 'queue-manager-1', offset: 1 },
  { role: 'scheduler', name: 'scheduler-1', offset: 2 },
  { role: 'api-gateway', name: 'api-gateway-2', offset: 10 },
  { role: 'queue-manager', name: 'queue-manager-2', offset: 11 },
  { role: 'scheduler', name: 'scheduler-2', offset: 12 },
] as const;

const WIDTH = Math.max(...FLEET.map(({ name }) => name.length));

/** Longer than a process takes to drain with its default settings; then it is killed. */
const DRAIN_MS = 60_000;

interface Member {
  readonly name: string;
  readonly process: ManagedProcess;
}

const servers: PrivateServer[] = [];
const members: Member[] = [];
const stopAsked = Promise.withResolvers<void>();
let code = 0;
let stopping = false;

function say(name: string, line: string): void {
  console.log(`${name.padEnd(WIDTH)} | ${line}`);
}

/** One after the other: Postgres refuses data that another stack uses, Redis would not. */
async function startStores(): Promise<{ DATABASE_URL: string; REDIS_URL: string }> {
  const { DATABASE_URL, REDIS_URL, DATA_DIR = './data' } = process.env;
  const folder = resolve(DATA_DIR, 'stack');
  const use = async (given: string | undefined, start: () => Promise<PrivateServer>) => {
    if (given) return given;
    const server = await start();
    servers.push(server);
    say('stack', `${server.url} (pid ${server.pid})`);
    return server.url;
  };
  return {
    DATABASE_URL: await use(DATABASE_URL, () =>
      startPrivatePostgres({ fsync: true, dir: join(folder, 'postgres') }),
    ),
    REDIS_URL: await use(REDIS_URL, () => startPrivateRedis({ aof: true, dir: join(folder, 'redis') })),
  };
}

/** Starts one process; answers with its address once it listens. */
async function startMember(
  { role, name, offset }: (typeof FLEET)[number],
  stores: NodeJS.ProcessEnv,
): Promise<string> {
  const first = Number(process.env['PORT'] ?? 8080);
  const script = join(import.meta.dirname, `../apps/${role}/src/main.js`);
  // The line with the address is written at this level.
  const env = { ...stores, PORT: String(first === 0 ? 0 : first + offset), LOG_LEVEL: 'info' };
  const member = { name, process: spawnNode(script, [], env) };
  members.push(member);
  say('stack', `${name} (pid ${member.process.pid})`);
  member.process.onLine((line) => say(name, line));
  void member.process.exited.then((code) => onExit(member, code));
  const line = await member.process.waitForLine('"msg":"listening"', 60_000);
  return (JSON.parse(line) as { url: string }).url;
}

/** The others go on; a stack of which nothing is left has failed. */
function onExit(member: Member, exitCode: number | null): void {
  members.splice(members.indexOf(member), 1);
  say('stack', `${member.name} has ended (${exitCode === null ? 'killed' : `code ${exitCode}`})`);
  if (members.length > 0 || stopping) return;
  code = 1;
  stopAsked.resolve();
}

function welcome(urls: readonly string[]): void {
  say('stack', 'everything listens:');
  FLEET.forEach(({ name }, i) => say('stack', `  ${name.padEnd(WIDTH)}  ${urls[i]}`));
  say('stack', 'try it:');
  say(
    'stack',
    `  curl -s ${urls[0]}/api/v1/messages -H 'content-type: application/json' -d '{"user_id":"me","content":"Hello!"}'`,
  );
  say('stack', `  curl -N ${urls[3]}/api/v1/messages/<id>/stream`);
  say('stack', 'Ctrl-C ends it; the data stays');
}

async function end(process: ManagedProcess): Promise<void> {
  process.kill();
  await Promise.race([process.exited, delay(DRAIN_MS, undefined, { ref: false })]);
  process.kill('SIGKILL');
  await process.exited;
}

/** The processes first, so that they can drain; the stores last. */
async function stop(): Promise<void> {
  stopping = true;
  await Promise.all(members.map(({ process }) => end(process)));
  await Promise.all(servers.map((server) => server.stop()));
}

async function main(): Promise<void> {
  const stores = await startStores();
  welcome(await Promise.all(FLEET.map((member) => startMember(member, stores))));
  await stopAsked.promise;
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopAsked.resolve());

try {
  await Promise.race([main(), stopAsked.promise]);
} catch (error) {
  console.error(`The stack cannot start: ${error instanceof Error ? error.message : String(error)}`);
  code = 1;
}
await stop();
process.exit(code);
