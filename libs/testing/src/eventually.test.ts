import { describe, expect, test } from 'vitest';
import { eventually } from './eventually.js';

describe('eventually', () => {
  test('gives the value of the first check that does not throw', async () => {
    let checks = 0;
    const value = await eventually(
      async () => {
        checks += 1;
        if (checks < 3) throw new Error(`check ${checks}`);
        return checks;
      },
      { everyMs: 1 },
    );
    expect(value).toBe(3);
  });

  test('throws the last error once the time is over', async () => {
    let checks = 0;
    const check = () => {
      checks += 1;
      throw new Error(`check ${checks}`);
    };
    const failure = await eventually(check, { timeoutMs: 30, everyMs: 5 }).catch(
      (error: Error) => error.message,
    );
    expect(checks).toBeGreaterThan(1);
    expect(failure).toBe(`check ${checks}`);
  });
});
