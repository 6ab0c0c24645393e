import { describe, expect, test } from 'vitest';
import { Alarm } from './alarm.js';

const LONG_MS = 60_000;

describe('Alarm', () => {
  test('a ring ends the sleep', async () => {
    const alarm = new Alarm();
    const sleeping = alarm.sleep(LONG_MS);
    alarm.ring();
    await sleeping;
  });

  test('a ring before the sleep is not lost, and counts once', async () => {
    const alarm = new Alarm();
    alarm.ring();
    alarm.ring();
    await alarm.sleep(LONG_MS);
    let awake = false;
    const second = alarm.sleep(LONG_MS).then(() => (awake = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(awake).toBe(false);
    alarm.ring();
    await second;
  });

  test('without a ring the time ends it', async () => {
    await new Alarm().sleep(1);
  });
});
