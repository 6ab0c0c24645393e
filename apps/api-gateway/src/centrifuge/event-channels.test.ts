import { expect, test } from 'vitest';
import { type Client, InsufficientState } from '#centrifuge';
import { SCOPES } from '#contracts';
import { type Conversations } from '#conversations';
import { type MessageReader } from '#ledger';
import { type NewsLine, type NewsListener } from '#streaming';
import { EventChannels } from './event-channels.js';

const ADA: Client = {
  id: 'c1',
  user: 'ada',
  caller: { tenantId: 't1', keyName: 'token:ada', scopes: SCOPES },
  reach: 'user',
};

function setup(ready: () => Promise<void> = () => Promise.resolve()) {
  const listeners = new Set<NewsListener>();
  const line: NewsLine = {
    publish: () => undefined,
    listen: (_, _topic, listener) => {
      listeners.add(listener);
      return { ready, stop: () => void listeners.delete(listener) };
    },
  };
  const nothing = {} as unknown;
  const channels = new EventChannels(line, nothing as MessageReader, nothing as Conversations);
  const abort = new AbortController();
  const ask = { channel: 'user:ada', data: undefined, since: undefined, joinLeave: false, grant: undefined };
  return { listeners, open: () => channels.open(ADA, ask, abort.signal) };
}

test('who may have missed something must subscribe again', async () => {
  const { listeners, open } = setup();
  const { live } = await open();
  for (const listener of listeners) listener.missed?.();
  await expect(Array.fromAsync(live)).rejects.toThrow(InsufficientState);
});

test('who leaves, or could not be let in, listens no more', async () => {
  const here = setup();
  const opened = await here.open();
  expect(here.listeners.size).toBe(1);
  await opened.close();
  expect(here.listeners.size).toBe(0);
  const away = setup(() => Promise.reject(new Error('Redis is away')));
  await expect(away.open()).rejects.toThrow('Redis is away');
  expect(away.listeners.size).toBe(0);
});
