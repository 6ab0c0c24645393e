import { createRequire } from 'node:module';
import { spawnNode } from '#testing';

export interface Load {
  readonly url: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
}

export interface Measured {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

interface Output {
  readonly duration: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly statusCodeStats: Readonly<Record<string, { readonly count: number }>>;
  readonly latency: { readonly p50: number; readonly p99: number };
}

/** Posts one body over and over, from a process of its own. Anything but a 201 fails the bench. */
export async function post({ url, body, connections, seconds }: Load): Promise<Measured> {
  const script = createRequire(import.meta.url).resolve('autocannon/autocannon.js');
  const settings = ['-c', String(connections), '-d', String(seconds), '-m', 'POST', '-b', body];
  const load = spawnNode(script, ['--json', ...settings, '-H', 'content-type=application/json', url]);
  await load.exited;
  const line = load
    .output()
    .split('\n')
    .find((text) => text.startsWith('{'));
  if (line === undefined) throw new Error(`The load generator failed:\n${load.output()}`);
  const { duration, errors, timeouts, statusCodeStats, latency } = JSON.parse(line) as Output;
  const { 201: created, ...others } = statusCodeStats;
  if (!created || errors + timeouts > 0 || Object.keys(others).length > 0)
    throw new Error(`Not every answer was a 201: ${JSON.stringify({ errors, timeouts, statusCodeStats })}`);
  return { perSecond: created.count / duration, p50: latency.p50, p99: latency.p99 };
}
