import { describe, expect, test } from 'vitest';
import { EndpointLoad } from './endpoint-load.js';

const ANY = { firstToken: Infinity, interToken: Infinity };

/** A load that has seen ten calls with a first token after 300 ms, and the time after them. */
function used() {
  const load = new EndpointLoad();
  let now = 0;
  for (let i = 0; i < 10; i += 1) {
    const ticket = load.begin(now);
    load.first(ticket, now + 300);
    now += 1_000;
    load.succeed(ticket, now, { interTokenMs: 20 });
  }
  return { load, now };
}

describe('the pressure of an endpoint', () => {
  test('is 1 while nothing is known', () => {
    expect(new EndpointLoad().pressure(0, ANY)).toBe(1);
  });

  test('is 1 as usual, however long the answers are', () => {
    const { load, now } = used();
    for (const seconds of [1, 60, 600]) {
      const ticket = load.begin(now);
      load.first(ticket, now + 300);
      load.succeed(ticket, now + seconds * 1_000, { interTokenMs: 20 });
      expect(load.pressure(now + seconds * 1_000, ANY)).toBe(1);
    }
  });

  test('rises while a call waits for its first token, before anything has ended', () => {
    const { load, now } = used();
    load.begin(now);
    expect(load.pressure(now + 500, ANY)).toBe(1);
    expect(load.pressure(now + 3_000, ANY)).toBeCloseTo(3_000 / 900);
    expect(load.pressure(now + 30_000, ANY)).toBeCloseTo(30_000 / 900);
  });

  test('rises with the time between tokens', () => {
    const { load, now } = used();
    for (let i = 0; i < 5; i += 1) load.succeed(load.begin(now), now + i, { interTokenMs: 200 });
    expect(load.pressure(now, ANY)).toBeGreaterThan(2);
  });

  test('falls back at the first call that goes as usual', () => {
    const { load, now } = used();
    for (let i = 0; i < 5; i += 1) {
      const ticket = load.begin(now);
      load.first(ticket, now + 3_000);
      load.succeed(ticket, now + 3_000, {});
    }
    expect(load.pressure(now + 3_000, ANY)).toBeGreaterThan(2);
    load.first(load.begin(now + 6_000), now + 6_300);
    expect(load.pressure(now + 6_300, ANY)).toBe(1);
  });

  test('measures nobody by more than a multiple of the best', () => {
    const { load, now } = used();
    expect(load.pressure(now, { firstToken: 50, interToken: Infinity })).toBeCloseTo(2);
  });

  test('rises with errors and forgets them', () => {
    const { load, now } = used();
    for (let i = 0; i < 3; i += 1) load.fail(load.begin(now), now);
    expect(load.errorRate(now)).toBeCloseTo(0.271, 2);
    expect(load.pressure(now, ANY)).toBeGreaterThan(3);
    expect(load.pressure(now + 30_000, ANY)).toBe(1);
  });

  test('does not mind what was stopped', () => {
    const { load, now } = used();
    load.leave(load.begin(now));
    expect(load.pressure(now + 60_000, ANY)).toBe(1);
    expect(load.waiting).toBe(0);
  });
});
