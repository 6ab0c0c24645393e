import { expect, test } from 'vitest';
import { Upstreams } from '#balancing';
import { type ControlBus } from '#control';
import { Metrics } from '#observability';
import { ThisProcess } from '#runtime';
import { noLog, spec } from './bench.conformance.js';
import { UpstreamReport } from './upstream-report.js';

test('tells the others and the metrics what there is, and of nothing that is gone', async () => {
  const metrics = new Metrics();
  const upstreams = new Upstreams(metrics, noLog);
  const told: unknown[] = [];
  const bus = {
    publish: (event: string, pulse: unknown) => told.push([event, pulse]),
  } as unknown as ControlBus;
  const process = new ThisProcess();
  const report = new UpstreamReport(upstreams, bus, process, metrics, noLog);
  const p = spec('p', ['secret-of-the-key']);
  upstreams.configure([p]);
  upstreams.pick({ provider: 'p' });
  await report.tell();
  expect(told).toMatchObject([
    [
      'upstreams.pulse',
      { processId: process.id, providers: { p: { endpoints: { 'p-1': { connections: 1 } } } } },
    ],
  ]);
  expect(JSON.stringify(told)).not.toContain('secret-of-the-key');
  const seen = async () => (await metrics.text()).match(/^llmq_upstream_(?!picks).*\d$/gm);
  expect(await seen()).toEqual([
    'llmq_upstream_connections{provider="p",endpoint="p-1"} 1',
    'llmq_upstream_connections{provider="p",endpoint="p-2"} 0',
    'llmq_upstream_health{provider="p",endpoint="p-1"} 2',
    'llmq_upstream_health{provider="p",endpoint="p-2"} 2',
    'llmq_upstream_breaker{provider="p",endpoint="p-1"} 0',
    'llmq_upstream_breaker{provider="p",endpoint="p-2"} 0',
    'llmq_upstream_key_up{provider="p",key="key-1"} 1',
  ]);
  upstreams.configure([{ ...p, endpoints: p.endpoints.slice(0, 1) }]);
  await report.tell();
  expect(await seen()).toHaveLength(4);
});
