import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database } from '#database';
import { DAY_MS, DeadLetterScene } from './dead-letter-scene.conformance.js';

/** What becomes of the turns of a conversation when one of them fails for good. */
export function conformsToFailurePolicies(open: () => Promise<Database>): void {
  let scene: DeadLetterScene;

  beforeAll(async () => {
    scene = await DeadLetterScene.open(await open());
  });
  afterAll(() => scene.close());
  beforeEach(() => scene.clear());

  test('with the policy skip the next turn runs, and a requeued message gets a turn at the end', async () => {
    const conv = await scene.conversation('skip');
    const [one, two, three] = [
      await scene.inserted({ conversation_id: conv }),
      await scene.inserted({ conversation_id: conv }),
      await scene.inserted({ conversation_id: conv }),
    ];
    await scene.fails(one);
    expect(await scene.blockedBy(conv)).toBeNull();
    expect(await scene.next(conv)).toBe(two);
    await scene.letters.requeue('t1', one, 'ops');
    expect(await scene.turnOf(one)).toBe(4);
    expect(await scene.next(conv)).toBe(two);
    await scene.completes(two);
    await scene.completes(three);
    expect(await scene.next(conv)).toBe(one);
    // The last one keeps its turn: nothing has run after it.
    await scene.fails(one);
    await scene.letters.requeue('t1', one, 'ops');
    expect(await scene.turnOf(one)).toBe(4);
    const [row] = await scene.run('SELECT turns, vacated_turns FROM conversations WHERE id = $1', [conv]);
    expect(row).toEqual({ turns: 4, vacated_turns: 1 });
  });

  test('with the policy block everything waits for the failed turn, until it ends well', async () => {
    const conv = await scene.conversation('block');
    const [one, two] = [
      await scene.inserted({ conversation_id: conv }),
      await scene.inserted({ conversation_id: conv }),
    ];
    await scene.fails(one);
    expect(await scene.blockedBy(conv)).toBe(one);
    expect(await scene.next(conv)).toBeUndefined();
    const three = await scene.inserted({ conversation_id: conv });
    expect(await scene.schedule.heads([two, three])).toEqual([]);

    await scene.letters.requeue('t1', one, 'ops');
    expect(await scene.turnOf(one)).toBe(1);
    expect(await scene.blockedBy(conv)).toBe(one);
    expect(await scene.next(conv)).toBe(one);
    await scene.fails(one);
    expect(await scene.blockedBy(conv)).toBe(one);
    await scene.letters.requeue('t1', one, 'ops');
    await scene.completes(one);
    expect(await scene.blockedBy(conv)).toBeNull();
    expect(await scene.next(conv)).toBe(two);
    await scene.completes(two);
    expect(await scene.next(conv)).toBe(three);
  });

  test('a blocked conversation goes on when the dead letter is deleted, or its requeued message cancelled', async () => {
    const conv = await scene.conversation('block');
    const [one, two] = [
      await scene.dead({ conversation_id: conv }),
      await scene.inserted({ conversation_id: conv }),
    ];
    expect(await scene.letters.delete('t1', one, 'ops')).toEqual({ id: one, conversationId: conv });
    expect(await scene.blockedBy(conv)).toBeNull();
    expect(await scene.next(conv)).toBe(two);

    await scene.fails(two);
    const three = await scene.inserted({ conversation_id: conv });
    await scene.letters.requeue('t1', two, 'ops');
    expect(await scene.ledger.cancel('t1', two)).toMatchObject({ status: 'cancelled', conversationId: conv });
    expect(await scene.blockedBy(conv)).toBeNull();
    expect(await scene.next(conv)).toBe(three);

    await scene.fails(three);
    await scene.letters.requeue('t1', three, 'ops');
    const attempt = await scene.claimed(three);
    await scene.ledger.cancel('t1', three);
    expect(await scene.blockedBy(conv)).toBe(three);
    await scene.ends(three, attempt, { status: 'cancelled' });
    expect(await scene.blockedBy(conv)).toBeNull();
  });

  test('turns that expire behind a failed one block after it, in their order, and keep their turns', async () => {
    const conv = await scene.conversation('block');
    const [one, two, three, four] = [
      await scene.dead({ conversation_id: conv }),
      await scene.inserted({ conversation_id: conv }),
      await scene.inserted({ conversation_id: conv }),
      await scene.inserted({ conversation_id: conv }),
    ];
    await scene.expires(three);
    await scene.expires(two);
    expect(await scene.blockedBy(conv)).toBe(one);
    await scene.letters.requeue('t1', three, 'ops');
    expect(await scene.turnOf(three)).toBe(3);
    expect(await scene.next(conv)).toBeUndefined();

    await scene.letters.requeue('t1', one, 'ops');
    await scene.fails(one);
    expect(await scene.blockedBy(conv)).toBe(one);
    await scene.letters.requeue('t1', one, 'ops');
    await scene.completes(one);
    expect(await scene.blockedBy(conv)).toBe(two);
    expect(await scene.next(conv)).toBeUndefined();
    await scene.letters.delete('t1', two, 'ops');
    expect(await scene.next(conv)).toBe(three);
    await scene.completes(three);
    expect(await scene.next(conv)).toBe(four);
  });

  test('a turn that expires while an earlier one still runs does not block that one', async () => {
    const conv = await scene.conversation('block');
    const one = await scene.inserted({ conversation_id: conv });
    const two = await scene.inserted({ conversation_id: conv });
    await scene.expires(two);
    expect(await scene.blockedBy(conv)).toBe(two);
    expect(await scene.next(conv)).toBe(one);
    await scene.fails(one);
    expect(await scene.blockedBy(conv)).toBe(one);
    await scene.letters.delete('t1', one, 'ops');
    expect(await scene.blockedBy(conv)).toBe(two);
  });

  test('a message that expired before it had its turn blocks nothing, and gets one when it is requeued', async () => {
    const conv = await scene.conversation('block');
    const later = await scene.inserted({ conversation_id: conv, delay_ms: 3_600_000 });
    const one = await scene.inserted({ conversation_id: conv });
    await scene.expires(later);
    expect(await scene.blockedBy(conv)).toBeNull();
    await scene.letters.requeue('t1', later, 'ops');
    expect(await scene.turnOf(later)).toBe(2);
    expect(await scene.next(conv)).toBe(one);
  });

  test('old ones of one conversation unblock it together', async () => {
    const conv = await scene.conversation('block');
    const one = await scene.dead({ conversation_id: conv });
    const [two, three] = [
      await scene.inserted({ conversation_id: conv }),
      await scene.inserted({ conversation_id: conv }),
    ];
    await scene.expires(two);
    for (const id of [one, two]) await scene.age(id, DAY_MS);
    expect(await scene.letters.deleteOld(1_000, 10)).toHaveLength(2);
    expect(await scene.blockedBy(conv)).toBeNull();
    expect(await scene.next(conv)).toBe(three);
  });

  test('a closed conversation takes no requeued message', async () => {
    const conv = await scene.conversation('skip');
    const id = await scene.dead({ conversation_id: conv });
    await scene.run(`UPDATE conversations SET state = 'archived' WHERE id = $1`, [conv]);
    await expect(scene.letters.requeue('t1', id, 'ops')).rejects.toMatchObject({
      code: 'conversation_closed',
    });
    expect((await scene.letters.get('t1', id)).id).toBe(id);
  });
}
