import { expect, test } from 'vitest';
import { fewAtATime } from './few-at-a-time.js';

/** Work that ends when it is told to, and notes what is under way. */
function heldWork() {
  const running: { item: number; end: () => void }[] = [];
  const work = (item: number) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const end = () => {
      running.splice(
        running.findIndex((one) => one.item === item),
        1,
      );
      resolve(`done ${item}`);
    };
    running.push({ item, end });
    return promise;
  };
  return { running, work };
}

/** Lets everything that is ready go on. */
const turn = () => new Promise(setImmediate);

test('no more than a few are under way, and the results have the order of the items', async () => {
  const { running, work } = heldWork();
  const all = fewAtATime(2, [1, 2, 3], work);
  expect(running.map(({ item }) => item)).toEqual([1, 2]);
  running[1]!.end();
  await turn();
  expect(running.map(({ item }) => item)).toEqual([1, 3]);
  running[1]!.end();
  running[0]!.end();
  expect(await all).toEqual(['done 1', 'done 2', 'done 3']);
});

test('the first failure is that of all', async () => {
  await expect(fewAtATime(2, [1, 2], (n) => Promise.reject(new Error(`no ${n}`)))).rejects.toThrow('no 1');
  expect(await fewAtATime(2, [], () => Promise.resolve(1))).toEqual([]);
});
