import { describe, expect, test } from 'vitest';
import { SharedRun } from './shared-run.js';

/** A task whose runs the test ends. */
function setup() {
  const gates: PromiseWithResolvers<void>[] = [];
  let running = 0;
  let most = 0;
  const task = async () => {
    most = Math.max(most, (running += 1));
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise.finally(() => (running -= 1));
  };
  return { shared: new SharedRun(task), gates, most: () => most };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('SharedRun', () => {
  test('who comes during a run waits for one that began after him, together with the others', async () => {
    const { shared, gates } = setup();
    const done: string[] = [];
    void shared.run().then(() => done.push('first'));
    void shared.run().then(() => done.push('second'));
    void shared.run().then(() => done.push('third'));
    gates[0]!.resolve();
    await turn();
    expect({ done, runs: gates.length }).toEqual({ done: ['first'], runs: 2 });
    gates[1]!.resolve();
    await turn();
    expect({ done, runs: gates.length }).toEqual({ done: ['first', 'second', 'third'], runs: 2 });
  });

  test('a failed run fails for those who waited for it only', async () => {
    const { shared, gates } = setup();
    const first = shared.run();
    const second = shared.run();
    gates[0]!.reject(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await turn();
    gates[1]!.resolve();
    await second;
  });

  test('never runs twice at once, also when it is asked for as it ends', async () => {
    const { shared, gates, most } = setup();
    const again = shared.run().then(() => shared.run());
    const waiting = shared.run();
    for (let i = 0; i < 4; i += 1) {
      gates.at(-1)!.resolve();
      await turn();
    }
    await Promise.all([again, waiting]);
    expect(most()).toBe(1);
  });
});
