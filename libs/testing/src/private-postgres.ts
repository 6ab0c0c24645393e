import { tmpdir } from 'node:os';
import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Client } from 'pg';
import { findPostgres } from './find-postgres.js';
import { onFreePort } from './free-port.js';
import { openCluster } from './postgres-cluster.js';
import { startServer, type PrivateServer } from './private-server.js';
import { canReach, serverUser, type ServerUser } from './server-user.js';

export interface PrivatePostgresOptions {
  /** Off unless said otherwise: data outlives a kill of the server, not of the machine. */
  readonly fsync?: boolean;
  readonly port?: number;
  /** A directory to keep; a temporary one otherwise. */
  readonly dir?: string;
}

export async function startPrivatePostgres(options: PrivatePostgresOptions = {}): Promise<PrivateServer> {
  const programs = await findPostgres();
  const start = (port: number) => startOn(port, programs, options);
  return options.port === undefined ? onFreePort(start) : start(options.port);
}

let shared: Promise<PrivateServer> | undefined;

/** DATABASE_URL when set; otherwise a private server that all tests of this process share. */
export async function postgresUrlForTests(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  if (env['DATABASE_URL']) return env['DATABASE_URL'];
  shared ??= startPrivatePostgres();
  return (await shared).url;
}

async function startOn(
  port: number,
  programs: string,
  options: PrivatePostgresOptions,
): Promise<PrivateServer> {
  const user = serverUser();
  const directory = options.dir ? resolve(options.dir) : await temporaryDirectory(user);
  const data = await openCluster(programs, directory, user);
  return startServer({
    command: join(programs, 'postgres'),
    args: postgresArguments(port, data, options.fsync ?? false),
    ...(user && { user: user.ids }),
    directory,
    temporary: options.dir === undefined,
    port,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stopSignals: { orderly: 'SIGINT', immediate: 'SIGQUIT' },
    isReady: () => answers(port, data),
  });
}

/** TMPDIR may be closed to the server's user (when it is root's own, for example); /tmp is open to all. */
async function temporaryDirectory(user: ServerUser | undefined): Promise<string> {
  const parent = canReach(user, tmpdir()) ? tmpdir() : '/tmp';
  return mkdtemp(join(parent, 'llm-mq-postgres-'));
}

function postgresArguments(port: number, data: string, fsync: boolean): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: data,
    max_connections: '200',
    fsync: fsync ? 'on' : 'off',
  };
  return ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

async function answers(port: number, data: string): Promise<void> {
  const client = new Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data_directory: string }>('SHOW data_directory');
    if (rows[0]?.data_directory !== data) throw new Error(`Another server has taken port ${port}`);
  } finally {
    await client.end();
  }
}
