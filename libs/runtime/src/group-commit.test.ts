import { describe, expect, test } from 'vitest';
import { GroupCommit, type GroupCommitOptions } from './group-commit.js';

const options: GroupCommitOptions = { maxBatch: 3, maxInFlight: 1, maxWaiting: 10 };

/** A writer whose flushes end only when the test says so. */
function setup(overrides: Partial<GroupCommitOptions> = {}) {
  const groups: number[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const commits = new GroupCommit<number, string>(
    async (items) => {
      groups.push([...items]);
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      await gate.promise;
      return items.map((item) => `row ${item}`);
    },
    { ...options, ...overrides },
    (item) => item,
  );
  return { commits, groups, gates };
}

describe('GroupCommit', () => {
  test('writes the first item at once and groups what comes meanwhile', async () => {
    const { commits, groups, gates } = setup();
    const results = [1, 2, 3, 4, 5].map((item) => commits.add(item));
    expect(groups).toEqual([[1]]);
    gates[0]!.resolve();
    expect(await results[0]).toBe('row 1');
    await expect.poll(() => groups).toEqual([[1], [2, 3, 4]]);
    gates[1]!.resolve();
    await expect.poll(() => groups).toEqual([[1], [2, 3, 4], [5]]);
    gates[2]!.resolve();
    expect(await Promise.all(results)).toEqual(['row 1', 'row 2', 'row 3', 'row 4', 'row 5']);
  });

  test('also gathers what comes with the first item where callers come in groups', async () => {
    const { commits, groups, gates } = setup({ gather: true });
    const results = [1, 2].map((item) => commits.add(item));
    const later = Promise.resolve().then(() => commits.add(3));
    await expect.poll(() => groups).toEqual([[1, 2, 3]]);
    gates[0]!.resolve();
    expect(await Promise.all([...results, later])).toEqual(['row 1', 'row 2', 'row 3']);
  });

  test('writes together what is not too heavy, and what is heavier by itself', async () => {
    const { commits, groups, gates } = setup({ maxWeight: 10 });
    const results = [1, 4, 5, 2, 30, 3].map((item) => commits.add(item));
    for (const count of [1, 2, 3, 4, 5]) {
      await expect.poll(() => groups.length).toBe(count);
      gates[count - 1]!.resolve();
    }
    await Promise.all(results);
    expect(groups).toEqual([[1], [4, 5], [2], [30], [3]]);
  });

  test('refuses an item past its bound by name', async () => {
    const { commits } = setup({ maxWaiting: 1 });
    const first = commits.add(1);
    const second = commits.add(2);
    await expect(commits.add(3)).rejects.toMatchObject({ code: 'intake_overloaded' });
    void first;
    void second;
  });

  test('does not write what has waited longer than whoever asked', async () => {
    const { commits, groups, gates } = setup({ maxWaitMs: 5 });
    const first = commits.add(1);
    const second = commits.add(2);
    const since = performance.now();
    await expect.poll(() => performance.now() - since).toBeGreaterThan(6);
    gates[0]!.resolve();
    await expect(second).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await first).toBe('row 1');
    expect(groups).toEqual([[1]]);
  });

  test('lets one bad row fail alone', async () => {
    const commits = new GroupCommit<number, string>(async (items) => {
      if (items.includes(2)) throw Object.assign(new Error('bad row'), { code: '22021' });
      return items.map((item) => `row ${item}`);
    }, options);
    const results = await Promise.allSettled([0, 1, 2, 3].map((item) => commits.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  });

  test('does not repeat a group whose connection broke', async () => {
    let writes = 0;
    const commits = new GroupCommit<number, string>(async () => {
      writes += 1;
      throw Object.assign(new Error('gone'), { code: '57P01' });
    }, options);
    const results = await Promise.allSettled([1, 2, 3].map((item) => commits.add(item)));
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(writes).toBe(2);
  });
});
