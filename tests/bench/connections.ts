import { readFileSync } from 'node:fs';
import { type Bench, type Report } from './bench.js';
import { sleep } from './fleet.js';
import { type Actor, onStage, type Stage } from './stage.js';
import { round } from './statistics.js';

/** Of each gateway: a process may open 20,000 files on small machines. */
const PER_GATEWAY = 15_000;
const GATEWAYS = Number(process.env['GATEWAYS'] ?? 1);
/** From one address there are 28,000 ports to one gateway. */
const PER_CLIENT = 5_000;
const GOAL_KB = 20;
/** Longer than two pings, so that every peer has answered at least one. */
const HOLD_MS = 70_000;

export const connections: Bench = {
  name: 'connections',
  about: 'memory of idle WebSocket connections, held over two pings (GATEWAYS=7: of so many gateways)',
  run: () => onStage(measure),
};

interface Measured {
  readonly total: number;
  readonly kb: number;
  readonly beforeMb: number;
  readonly perSecond: number;
  readonly lost: number;
}

async function measure(stage: Stage): Promise<Report> {
  const gateways = await Promise.all(Array.from({ length: GATEWAYS }, () => gatewayOn(stage)));
  await sleep(3_000);
  const before = rssOf(gateways);
  const startedAt = performance.now();
  const clients: Actor[] = [];
  for (const [i, gateway] of gateways.entries()) clients.push(...(await fill(stage, gateway, i)));
  const seconds = (performance.now() - startedAt) / 1_000;
  await sleep(HOLD_MS);
  const total = GATEWAYS * PER_GATEWAY;
  return report({
    total,
    kb: (rssOf(gateways) - before) / total / 1_024,
    beforeMb: before / GATEWAYS / 1_048_576,
    perSecond: total / seconds,
    lost: (await Promise.all(clients.map(lostBy))).reduce((sum, count) => sum + count, 0),
  });
}

function gatewayOn(stage: Stage): Promise<Actor> {
  const most = String(PER_GATEWAY);
  return stage.role('api-gateway', { SOCKET_MAX_CONNECTIONS: most, SOCKET_MAX_PER_ADDRESS: most });
}

/** Each client process has an address of its own. */
async function fill(stage: Stage, { url }: Actor, gateway: number): Promise<Actor[]> {
  const clients: Actor[] = [];
  for (let i = 0; i < PER_GATEWAY / PER_CLIENT; i += 1) {
    const args = [url, String(PER_CLIENT), `127.0.${gateway + 1}.${i + 1}`];
    clients.push(await stage.start(`${import.meta.dirname}/connections/client.js`, {}, { args, url }));
  }
  return clients;
}

/** Memory that is not swapped out, of all together, in bytes. */
function rssOf(actors: readonly Actor[]): number {
  const kilobytes = actors.map(({ process: { pid } }) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]);
  });
  return kilobytes.reduce((sum, kb) => sum + kb, 0) * 1_024;
}

async function lostBy({ process }: Actor): Promise<number> {
  process.kill('SIGUSR2');
  return Number(/lost (\d+)/.exec(await process.waitForLine(/lost \d+/, 10_000))![1]);
}

function report({ total, kb, beforeMb, perSecond, lost }: Measured): Report {
  const figures = {
    gateways: GATEWAYS,
    connections: total,
    kb_each: round(kb, 1),
    opened_per_second: round(perSecond, 0),
    lost,
  };
  return {
    name: 'connections',
    figures,
    baseline: { rss_mb_without: round(beforeMb, 0) },
    ratio: null,
    goal: `${PER_GATEWAY.toLocaleString('en')} connections of each gateway at ≤ ${GOAL_KB} KB, none lost`,
    ok: kb <= GOAL_KB && lost === 0,
    table: [
      ['idle connections', 'gateways', 'KB each', 'opened per s', 'lost'],
      [total, GATEWAYS, figures.kb_each, figures.opened_per_second, lost].map(String),
    ],
  };
}
