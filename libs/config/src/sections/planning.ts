import { z } from 'zod';
import { parseDayFloors } from '../day-floors.js';
import { choice, duration, whole } from '../fields.js';

/** How the slots of a lane are chosen. */
export const PLANNING_STRATEGIES = ['adaptive', 'static', 'threshold', 'hybrid'] as const;

export type PlanningStrategy = (typeof PLANNING_STRATEGIES)[number];

const slots = (value: number, min: number, env: string, description: string) =>
  whole(value, { min, max: 100_000 }, { env, unit: 'count', description });

const within = (value: number, min: number, max: number, env: string, description: string) =>
  z.coerce.number().min(min).max(max).prefault(value).meta({ env, description });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

const dayFloors = z
  .string()
  .transform((given, context) => {
    const floors = parseDayFloors(given);
    if (floors) return floors;
    const message = 'must be a list such as `mon-fri 08:00-18:00=40, 18:00-22:00=20`';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .prefault('')
  .meta({
    env: 'SCHEDULER_DAY_FLOORS',
    description:
      'With `hybrid`: least slots of every lane by time of day, such as `mon-fri 08:00-18:00=40, 18:00-22:00=20`.',
  });

const timeZone = z
  .string()
  .refine(isTimeZone, 'must be an IANA time zone such as UTC or Asia/Shanghai')
  .prefault('UTC')
  .meta({ env: 'SCHEDULER_TIME_ZONE', description: 'Time zone of `day_floors`.' });

/** How many calls each upstream may run at once: the part of the scheduler's settings that makes the plan. */
export const planning = {
  strategy: choice(PLANNING_STRATEGIES, 'adaptive', {
    env: 'SCHEDULER_STRATEGY',
    description:
      'How many calls each upstream may run: `adaptive` follows load and what the upstream bears, `hybrid` adds least slots by time of day, `threshold` goes one up or down at a time, `static` takes what the provider is configured for.',
  }),
  min_slots: slots(1, 1, 'SCHEDULER_MIN_SLOTS', 'Slots that an upstream always keeps.'),
  max_slots: slots(
    10_000,
    1,
    'SCHEDULER_MAX_SLOTS',
    'Most slots of an upstream, where its own limit is not lower.',
  ),
  standby_slots: slots(
    20,
    1,
    'SCHEDULER_STANDBY_SLOTS',
    'Slots that are kept ready without load, so that a sudden burst need not wait; an upstream that turns calls away gets fewer.',
  ),
  safe_slots: slots(
    20,
    1,
    'SCHEDULER_SAFE_SLOTS',
    'Slots of an upstream of which nothing was heard for `safe_after`.',
  ),
  headroom: within(
    0.2,
    0,
    0.9,
    'SCHEDULER_HEADROOM',
    'Part of the slots that is planned to be free, for fluctuations.',
  ),
  drain_time: duration(
    '10s',
    { min: '1s', max: '1h' },
    { env: 'SCHEDULER_DRAIN_TIME', description: 'In this time a backlog should be worked off.' },
  ),
  down_window: duration(
    '60s',
    { min: '1s', max: '1h' },
    {
      env: 'SCHEDULER_DOWN_WINDOW',
      description: 'Slots are taken away only when they were not wanted for this long.',
    },
  ),
  threshold_cooldown: duration(
    '5m',
    { min: '1s', max: '1h' },
    { env: 'SCHEDULER_THRESHOLD_COOLDOWN', description: 'With `threshold`: least time between two steps.' },
  ),
  day_floors: dayFloors,
  time_zone: timeZone,
  hold_after: duration(
    '5s',
    { min: '1s', max: '10m' },
    {
      env: 'SCHEDULER_HOLD_AFTER',
      description: 'The slots of an upstream stay as they are when no worker was heard for this long.',
    },
  ),
  safe_after: duration(
    '60s',
    { min: '1s', max: '1h' },
    {
      env: 'SCHEDULER_SAFE_AFTER',
      description: 'After this long without news `safe_slots` apply, in the scheduler and in the workers.',
    },
  ),
};
