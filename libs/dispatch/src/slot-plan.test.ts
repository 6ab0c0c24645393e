import { describe, expect, test } from 'vitest';
import { loadConfig, SchedulerSettings } from '#config';
import { ManualClock } from '#testing';
import { SlotPlan } from './slot-plan.js';

const settings = new SchedulerSettings(
  loadConfig({ env: { SCHEDULER_SAFE_AFTER: '60s', SCHEDULER_SAFE_SLOTS: '4' } }).scheduler,
);

function newPlan() {
  const clock = new ManualClock();
  const plan = new SlotPlan(settings, clock);
  const observe = (atMs: number, slots: number) =>
    plan.observe({ version: atMs, atMs, slots: { openai: slots } });
  return { clock, plan, observe };
}

describe('SlotPlan', () => {
  test('without a plan all that is configured may run', () => {
    const { plan, observe } = newPlan();
    expect(plan.limitOf('openai', 20)).toBe(20);
    observe(1, 5);
    expect(plan.limitOf('simulator', 20)).toBe(20);
  });

  test('follows the newest plan, and never above what is configured', () => {
    const { plan, observe } = newPlan();
    observe(1, 5);
    expect(plan.limitOf('openai', 20)).toBe(5);
    observe(2, 50);
    expect(plan.limitOf('openai', 20)).toBe(20);
    observe(1, 5);
    expect(plan.limitOf('openai', 20)).toBe(20);
  });

  test('believes a leader whose clock is behind once the one before it is silent', () => {
    const { plan, clock, observe } = newPlan();
    observe(90_000, 5);
    observe(1_000, 7);
    expect(plan.limitOf('openai', 20)).toBe(5);
    clock.advance(6_000);
    observe(7_000, 7);
    expect(plan.limitOf('openai', 20)).toBe(7);
  });

  test('holds while nothing is heard, then falls to the safe default', () => {
    const { plan, clock, observe } = newPlan();
    observe(1, 15);
    clock.advance(60_000);
    expect(plan.limitOf('openai', 20)).toBe(15);
    clock.advance(1);
    expect(plan.limitOf('openai', 20)).toBe(4);
    expect(plan.limitOf('openai', 3)).toBe(3);
  });
});
