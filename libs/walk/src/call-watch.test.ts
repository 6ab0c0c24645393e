import { expect, test } from 'vitest';
import { AppError, type Usage } from '#contracts';
import { Metrics, NO_SPAN } from '#observability';
import { CallWatch } from './call-watch.js';
import { NotCalled } from './call-provider.js';
import { Stopped } from './running-messages.js';

const OF = { provider: 'p', model: 'm' };
const USAGE: Usage = { promptTokens: 7, completionTokens: 3, estimated: false };

function setup() {
  const metrics = new Metrics();
  const shown = async () =>
    (await metrics.text()).match(/^(llm_provider|llmq_provider|llmq_tokens).*(_total|_count|_sum)\{.*$/gm) ??
    [];
  const request = { messages: [], model: 'm', requestId: 'r' };
  const watched = { labels: OF, kind: 'simulator', request, span: NO_SPAN };
  return { watch: new CallWatch(watched, metrics), shown };
}

const lines = (shown: readonly string[]) => shown.filter((line) => !line.includes('_sum')).toSorted();

test('a call with three pieces has a first token, and one time between two of them', async () => {
  const { watch, shown } = setup();
  watch.take({ type: 'reasoning', text: 'hm' });
  for (const text of ['a', 'b', 'c']) watch.take({ type: 'delta', text });
  watch.succeeded({ usage: USAGE, reason: 'stop', text: 'abc' });
  expect(lines(await shown())).toEqual([
    'llm_provider_latency_seconds_count{provider="p",model="m"} 1',
    'llm_provider_requests_total{provider="p",model="m",outcome="ok"} 1',
    'llmq_provider_inter_token_seconds_count{provider="p",model="m"} 1',
    'llmq_provider_time_to_first_token_seconds_count{provider="p",model="m"} 1',
    'llmq_tokens_total{provider="p",model="m",direction="input"} 7',
    'llmq_tokens_total{provider="p",model="m",direction="output"} 3',
  ]);
});

test('a call that fails in the middle keeps its first token, and counts by its code', async () => {
  const { watch, shown } = setup();
  watch.take({ type: 'delta', text: 'a' });
  watch.failed(new AppError('provider_timeout', 'late'));
  expect(lines(await shown())).toEqual([
    'llm_provider_errors_total{provider="p",model="m",code="provider_timeout"} 1',
    'llm_provider_latency_seconds_count{provider="p",model="m"} 1',
    'llm_provider_requests_total{provider="p",model="m",outcome="error"} 1',
    'llmq_provider_time_to_first_token_seconds_count{provider="p",model="m"} 1',
  ]);
});

test('a call that was stopped is no error, and one that could not be made is no call', async () => {
  const stopped = setup();
  stopped.watch.failed(new Stopped('cancelled'));
  expect(lines(await stopped.shown())).toEqual([
    'llm_provider_latency_seconds_count{provider="p",model="m"} 1',
    'llm_provider_requests_total{provider="p",model="m",outcome="stopped"} 1',
  ]);
  const none = setup();
  none.watch.failed(new NotCalled('provider_rate_limited', 'wait'));
  expect(await none.shown()).toEqual([]);
});
