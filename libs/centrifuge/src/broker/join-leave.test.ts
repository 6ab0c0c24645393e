import { describe, expect, test } from 'vitest';
import { openNode, TestClient } from '../test-client.conformance.js';

/** Somebody who is there when others come and go. */
async function setup(subscribe: object) {
  const { hub, general } = openNode();
  const join = async () => {
    const client = new TestClient(hub);
    await client.connect();
    return client;
  };
  const watcher = await join();
  await watcher.ask({ subscribe });
  const idOf = (client: TestClient) => client.connection.admitted!.client.id;
  const movesOf = (client: TestClient) =>
    client.messages.flatMap(({ push }) =>
      push?.join ? [['join', push.join.info.client]] : push?.leave ? [['leave', push.leave.info.client]] : [],
    );
  return { general, join, watcher, idOf, movesOf };
}

describe('who comes and goes', () => {
  test('is told to who asks for it, between the publications, which keep their numbers', async () => {
    const channel = 'lively:a';
    const { general, join, watcher, idOf, movesOf } = await setup({ channel, join_leave: true });
    const guest = await join();
    await guest.ask({ subscribe: { channel } });
    await general.publishFor('default', channel, { data: 1 });
    await guest.ask({ unsubscribe: { channel } });
    await guest.ask({ subscribe: { channel } });
    await general.publishFor('default', channel, { data: 2 });
    guest.connection.closed();
    await expect
      .poll(() => movesOf(watcher))
      .toEqual([
        ['join', idOf(watcher)],
        ['join', idOf(guest)],
        ['leave', idOf(guest)],
        ['join', idOf(guest)],
        ['leave', idOf(guest)],
      ]);
    await expect.poll(() => watcher.published(channel)).toEqual([1, 2]);
    expect(movesOf(guest)).toEqual([]);
  });

  test('is told to everybody where the namespace says so', async () => {
    const channel = 'loud:a';
    const { join, watcher, idOf, movesOf } = await setup({ channel });
    const guest = await join();
    await guest.ask({ subscribe: { channel } });
    await expect.poll(() => movesOf(watcher).at(-1)).toEqual(['join', idOf(guest)]);
  });

  test('is told to nobody where the namespace does not say so', async () => {
    const channel = 'a';
    const { general, join, watcher, movesOf } = await setup({ channel, join_leave: true });
    const guest = await join();
    await guest.ask({ subscribe: { channel } });
    await general.publishFor('default', channel, { data: 'afterwards' });
    await expect.poll(() => watcher.published(channel)).toEqual(['afterwards']);
    expect(movesOf(watcher)).toEqual([]);
  });
});
