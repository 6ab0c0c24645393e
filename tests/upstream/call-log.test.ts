import { expect, test } from 'vitest';
import { CallLog } from './call-log.js';

const RECEIVED = {
  api: 'openai' as const,
  url: '/v1/chat/completions',
  headers: {},
  body: {},
  model: 'm',
  stream: false,
  messages: [],
};

test('CallLog keeps the newest 100,000 calls', () => {
  const log = new CallLog();
  for (let i = 0; i < 100_010; i += 1) log.receive({ ...RECEIVED, id: `call-${i}`, text: '' });
  expect(log.calls).toHaveLength(100_000);
  expect(log.calls[0]!.id).toBe('call-10');
});

test('CallLog drops the oldest calls when their bodies grow too large', () => {
  const log = new CallLog();
  const text = 'x'.repeat(50_000_000);
  for (const id of ['one', 'two', 'three']) log.receive({ ...RECEIVED, id, text });
  expect(log.calls.map(({ id }) => id)).toEqual(['two', 'three']);
});

test('CallLog keeps the first outcome of a call', () => {
  const log = new CallLog();
  const call = log.receive({ ...RECEIVED, id: 'one', text: '' });
  log.finish(call, 'cut');
  log.finish(call, 'aborted');
  expect(call).toMatchObject({ outcome: 'cut', abortedAt: null });
});
