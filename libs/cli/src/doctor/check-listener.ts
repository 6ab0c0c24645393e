import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Config } from '#config';
import { listenAddress } from '#runtime';
import { type Finding, Findings } from './finding.js';
import { reasonOf } from './reason-of.js';

export interface Listener {
  readonly findings: Finding[];
  /** This very system runs there already. */
  readonly runs: boolean;
}

/** Is the port free, or is it this system that has it? */
export async function checkListener(config: Config): Promise<Listener> {
  const found = new Findings('port');
  const { port } = config.http;
  const host = listenAddress(config);
  const error = port === 0 ? undefined : await tryToListen(port, host);
  if (error === undefined) return { findings: found.ok(`${host}:${port} is free`).list, runs: false };
  if (error.code === 'EADDRINUSE' && (await isThisSystem(port, host)))
    return { findings: found.ok(`The system runs at ${host}:${port} already`).list, runs: true };
  const [text, fix] = trouble(error, host, port);
  return { findings: found.problem(text, fix).list, runs: false };
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

function trouble(error: NodeJS.ErrnoException, host: string, port: number): [text: string, fix: string] {
  if (error.code === 'EADDRINUSE')
    return [
      `The port ${port} is taken by another program`,
      `Stop it (see \`ss -ltnp\`), or choose another port with PORT.`,
    ];
  if (error.code === 'EACCES')
    return [`The port ${port} needs rights that this user has not`, 'Choose a port from 1024 on with PORT.'];
  return [`${host}:${port} cannot be listened on: ${reasonOf(error)}`, 'Correct HOST and PORT.'];
}
