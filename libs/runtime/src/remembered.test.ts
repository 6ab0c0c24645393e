import { describe, expect, test } from 'vitest';
import { eventually } from '#testing';
import { Remembered } from './remembered.js';

describe('Remembered', () => {
  test('makes one answer for all who ask meanwhile and soon after', async () => {
    let made = 0;
    const remembered = new Remembered(() => Promise.resolve((made += 1)));
    const answers = await Promise.all([remembered.get(), remembered.get()]);
    expect([...answers, await remembered.get()]).toEqual([1, 1, 1]);
    await eventually(async () => expect(await remembered.get()).toBe(2));
  });

  test('does not remember a failure', async () => {
    let made = 0;
    const remembered = new Remembered(() => {
      made += 1;
      return made === 1 ? Promise.reject(new Error('away')) : Promise.resolve(made);
    });
    await expect(remembered.get()).rejects.toThrow('away');
    expect(await remembered.get()).toBe(2);
  });
});
