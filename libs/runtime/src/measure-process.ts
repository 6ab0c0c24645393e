import { type Server } from 'node:http';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { type Metrics } from '#observability';
import { VERSION } from './version.js';

/** What is worth knowing of every process, whatever it does. */
export function measureProcess(metrics: Metrics, program: string, server: Server): void {
  metrics.keepOnly(program);
  metrics.buildInfo.set({ app: program, version: VERSION, node: process.version }, 1);
  const connections = promisify(server.getConnections.bind(server));
  let busyMs = 0;
  metrics.beforeEachLook(async () => {
    const { active } = performance.eventLoopUtilization();
    metrics.eventLoopActive.inc(Math.max(0, active - busyMs) / 1_000);
    busyMs = active;
    metrics.httpConnections.set(await connections());
  });
}
