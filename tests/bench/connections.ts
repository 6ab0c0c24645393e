import { readFileSync } from 'node:fs';
import { type Bench, type Report } from './bench.js';
import { type Actor, onStage, type Stage } from './stage.js';
import { sleep } from './fleet.js';
import { round } from './statistics.js';

const CONNECTIONS = 15_000;
/** A process may open 20,000 files on small machines; from one address there are 28,000 ports. */
const PER_CLIENT = 5_000;
const GOAL_KB = 20;
/** Longer than two pings, so that every peer has answered at least one. */
const HOLD_MS = 70_000;

export const connections: Bench = {
  name: 'connections',
  about: 'memory of idle WebSocket connections, all of them held over two pings',
  run: () => onStage(measure),
};

async function measure(stage: Stage): Promise<Report> {
  const gateway = await stage.role('api-gateway', {
    SOCKET_MAX_CONNECTIONS: String(CONNECTIONS),
    SOCKET_MAX_PER_ADDRESS: String(CONNECTIONS),
  });
  await sleep(3_000);
  const before = rssOf(gateway);
  const startedAt = performance.now();
  const clients = await openAll(stage, gateway);
  const seconds = (performance.now() - startedAt) / 1_000;
  await sleep(HOLD_MS);
  const bytes = rssOf(gateway) - before;
  const lost = (await Promise.all(clients.map(lostBy))).reduce((sum, count) => sum + count, 0);
  return report(bytes / CONNECTIONS / 1_024, before, CONNECTIONS / seconds, lost);
}

async function openAll(stage: Stage, { url }: Actor): Promise<Actor[]> {
  const clients: Actor[] = [];
  for (let i = 0; i < CONNECTIONS / PER_CLIENT; i += 1) {
    const script = `${import.meta.dirname}/connections/client.js`;
    const args = [url, String(PER_CLIENT), `127.0.0.${i + 2}`];
    clients.push(await stage.start(script, {}, { args, url }));
  }
  return clients;
}

/** Memory that is not swapped out, in bytes. */
function rssOf({ process }: Actor): number {
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1_024;
}

async function lostBy({ process }: Actor): Promise<number> {
  process.kill('SIGUSR2');
  return Number(/lost (\d+)/.exec(await process.waitForLine(/lost \d+/, 10_000))![1]);
}

function report(kb: number, before: number, perSecond: number, lost: number): Report {
  const figures = {
    connections: CONNECTIONS,
    kb_each: round(kb, 1),
    opened_per_second: round(perSecond, 0),
    lost,
  };
  return {
    name: 'connections',
    figures,
    baseline: { rss_mb_without: round(before / 1_048_576, 0) },
    ratio: null,
    goal: `${CONNECTIONS} connections of one gateway at ≤ ${GOAL_KB} KB each, none lost`,
    ok: kb <= GOAL_KB && lost === 0,
    table: [
      ['idle connections', 'KB each', 'opened per s', 'lost'],
      [String(CONNECTIONS), String(figures.kb_each), String(figures.opened_per_second), String(lost)],
    ],
  };
}
