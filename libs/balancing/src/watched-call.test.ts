import { expect, test } from 'vitest';
import { AppError } from '#contracts';
import { type Outcome } from './outcome.js';
import { endpoint } from './test-provider.conformance.js';
import { WatchedCall } from './watched-call.js';

function setup() {
  let now = 0;
  const said: (Outcome | 'first')[] = [];
  const pick = {
    available: true,
    endpoint: endpoint('a'),
    key: undefined,
    firstToken: () => said.push('first'),
    done: (outcome: Outcome) => said.push(outcome),
  } as const;
  const call = new WatchedCall(pick, () => now);
  const after = (ms: number, ...types: string[]) => {
    now += ms;
    for (const type of types) call.take({ type });
  };
  return { call, after, said };
}

test('tells of the first token when it comes, and of the pace and the limits in the end', () => {
  const { call, after, said } = setup();
  const limits = { requests: { limit: 60, remaining: 3, resetMs: 1_000 } };
  call.take({ type: 'limits', limits });
  expect([call.isSilent, said]).toEqual([true, []]);
  after(300, 'reasoning');
  expect([call.isSilent, said]).toEqual([false, ['first']]);
  after(20, 'delta');
  after(20, 'delta', 'finish');
  call.succeeded();
  expect(said).toEqual(['first', { result: 'ok', interTokenMs: 20, limits }]);
});

test.each([
  [
    'a refusal',
    new AppError('provider_rate_limited', '', { retryAfterMs: 5 }),
    false,
    0,
    'provider_rate_limited',
  ],
  ['our stop', new Error('stopped'), true, 0, 'stopped'],
  ['a cancelled message', new AppError('cancelled', ''), true, 1, 'stopped'],
  [
    'an endpoint that is silent for too long',
    new AppError('provider_timeout', ''),
    false,
    1,
    'provider_timeout',
  ],
  [
    'a message whose time ran out in silence',
    new AppError('provider_timeout', ''),
    true,
    0,
    'provider_timeout',
  ],
  [
    'a message whose time ran out over a long answer',
    new AppError('provider_timeout', ''),
    true,
    1,
    'stopped',
  ],
])('%s is told as what it is', (_, error, isStopped, tokens, result) => {
  const { call, after, said } = setup();
  if (tokens > 0) after(10, 'delta');
  call.failed(error, isStopped);
  const { retryAfterMs } = error as Partial<AppError>;
  expect(said.at(-1)).toMatchObject({ result, ...(result !== 'stopped' && { retryAfterMs }) });
});
