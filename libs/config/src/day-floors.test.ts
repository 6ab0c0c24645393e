import { describe, expect, test } from 'vitest';
import { parseDayFloors } from './day-floors.js';
import { ConfigError, loadConfig } from './load-config.js';

describe('parseDayFloors', () => {
  test('reads days, times and slots', () => {
    expect(parseDayFloors('mon-fri 08:00-18:00=40, 22:30-06:00=5')).toEqual([
      { days: [1, 2, 3, 4, 5], from: 480, to: 1_080, slots: 40 },
      { days: [0, 1, 2, 3, 4, 5, 6], from: 1_350, to: 360, slots: 5 },
    ]);
    expect(parseDayFloors('Sat-Mon 00:00-24:00=1')).toMatchObject([{ days: [6, 0, 1], from: 0, to: 1_440 }]);
    expect(parseDayFloors('tue 00:00-01:00=1')).toMatchObject([{ days: [2] }]);
    expect(parseDayFloors(' ')).toEqual([]);
  });

  test.each(['08:00-18:00', '8:00-18:00=4', '08:00-25:00=4', '08:60-09:00=4', 'day 08:00-09:00=4', 'x'])(
    'refuses %s',
    (text) => expect(parseDayFloors(text)).toBeUndefined(),
  );

  test('is what the setting asks for', () => {
    const load = (SCHEDULER_DAY_FLOORS: string) => loadConfig({ env: { SCHEDULER_DAY_FLOORS } });
    expect(load('08:00-18:00=40').scheduler.day_floors).toHaveLength(1);
    expect(() => load('always=40')).toThrow(ConfigError);
    expect(() => loadConfig({ env: { SCHEDULER_TIME_ZONE: 'Mars/Base' } })).toThrow(/IANA/);
  });
});
