import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Config } from '#config';
import { furtherPortOf, listenAddress } from '#runtime';
import { type Finding, Findings } from './finding.js';
import { reasonOf } from './reason-of.js';

export interface Listener {
  readonly findings: Finding[];
  /** This very system runs there already. */
  readonly runs: boolean;
}

/** Are the ports free, or is it this system that has them? */
export async function checkListener(config: Config): Promise<Listener> {
  const found = new Findings('port');
  const host = listenAddress(config);
  const runs = await look(found, host, config.http.port, 'PORT');
  const further = furtherPortOf(config);
  if (further !== undefined) await look(found, host, further, 'CENTRIFUGE_PORT');
  return { findings: found.list, runs };
}

/** Whether this system runs there already. */
async function look(found: Findings, host: string, port: number, setting: string): Promise<boolean> {
  const error = port === 0 ? undefined : await tryToListen(port, host);
  if (error?.code === 'EADDRINUSE' && (await isThisSystem(port, host))) {
    found.ok(`The system runs at ${host}:${port} already`);
    return true;
  }
  if (error === undefined) found.ok(`${host}:${port} is free`);
  else found.problem(...trouble(error, host, port, setting));
  return false;
}

async function tryToListen(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  const server = createServer();
  try {
    server.listen(port, host);
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    return error as NodeJS.ErrnoException;
  } finally {
    server.close();
  }
}

async function isThisSystem(port: number, host: string): Promise<boolean> {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  try {
    const response = await fetch(`http://${name.includes(':') ? `[${name}]` : name}:${port}/ready`, {
      signal: AbortSignal.timeout(2_000),
    });
    return 'draining' in ((await response.json()) as object);
  } catch {
    return false;
  }
}

function trouble(
  error: NodeJS.ErrnoException,
  host: string,
  port: number,
  setting: string,
): [text: string, fix: string] {
  if (error.code === 'EADDRINUSE')
    return [
      `The port ${port} is taken by another program`,
      `Stop it (see \`ss -ltnp\`), or choose another port with ${setting}.`,
    ];
  if (error.code === 'EACCES')
    return [
      `The port ${port} needs rights that this user has not`,
      `Choose a port from 1024 on with ${setting}.`,
    ];
  return [`${host}:${port} cannot be listened on: ${reasonOf(error)}`, `Correct HOST and ${setting}.`];
}
