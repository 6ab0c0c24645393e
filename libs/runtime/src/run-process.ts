import { setTimeout as delay } from 'node:timers/promises';
import { type NestFastifyApplication } from '@nestjs/platform-fastify';
import { type FastifyInstance } from 'fastify';
import { type Config } from '#config';
import { Health, Log } from '#observability';
import { FurtherPort } from './further-port.js';
import { Starters } from './starters.js';

/** Requests that are under way when the workers have drained have this long to be answered. */
const ANSWER_PATIENCE_MS = 5_000;

/** Without API keys only this machine is answered, unless the operator says otherwise. */
export function listenAddress({ http, auth }: Config): string {
  if (http.host !== '') return http.host;
  return auth.keys.length > 0 || auth.insecure ? '0.0.0.0' : '127.0.0.1';
}

/** Where a process is asked. */
export interface Addresses {
  readonly url: string;
  /** The same on its further port. */
  readonly furtherUrl?: string;
}

/**
 * Listens until SIGTERM or SIGINT; then says that it is not ready, waits for load balancers to notice, lets running
 * work end, closes, and exits with 0. A second signal exits at once.
 *
 * @param furtherPort where it listens, too
 * @throws Error a port cannot be listened on
 */
export async function runProcess(
  app: NestFastifyApplication,
  config: Config,
  furtherPort?: number,
): Promise<Addresses> {
  const log = app.get(Log);
  let stopping = false;
  const stop = (signal: string) => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'shutting down');
    setTimeout(() => giveUp(log), patienceOf(config)).unref();
    void shutDown(app, config).then(
      () => process.exit(0),
      (err: unknown) => {
        log.error({ err }, 'did not shut down cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  await app.startAllMicroservices();
  const addresses = await listen(app, listenAddress(config), config.http.port, furtherPort);
  await app.get(Starters).startAll();
  log.info({ ...addresses }, 'listening');
  return addresses;
}

async function listen(
  app: NestFastifyApplication,
  host: string,
  port: number,
  furtherPort: number | undefined,
): Promise<Addresses> {
  const server = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const further = furtherPort === undefined ? undefined : new FurtherPort(server);
  await app.listen(port, host);
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  if (!further) return { url };
  const taken = await further.listen(furtherPort!, host);
  return { url, furtherUrl: url.replace(/:\d+$/, `:${taken}`) };
}

/** How long a shutdown may take in all; then whoever watches the process would kill it anyway. */
function patienceOf({ http, workers }: Config): number {
  return http.drain_delay + workers.drain_timeout + 2 * ANSWER_PATIENCE_MS;
}

/** What still runs is taken over by other processes, as after a crash. */
function giveUp(log: Log): never {
  log.error({}, 'did not shut down in time');
  process.exit(1);
}

async function shutDown(app: NestFastifyApplication, config: Config): Promise<void> {
  app.get(Health).drain();
  await delay(config.http.drain_delay);
  const patience = config.workers.drain_timeout + ANSWER_PATIENCE_MS;
  setTimeout(() => app.getHttpServer().closeAllConnections(), patience).unref();
  await app.close();
}

/** Runs `main` and, when it fails, prints one line that a person can act on, and exits with 1. */
export async function startOrExit(main: () => Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`Cannot start: ${explain(error)}\n`);
    process.exit(1);
  }
}

function explain(error: unknown): string {
  const { code, port, message } = error as { code?: unknown; port?: unknown; message?: unknown };
  if (code === 'EADDRINUSE') return `the port ${String(port)} is taken; choose another one with PORT`;
  return typeof message === 'string' ? message : String(error);
}
