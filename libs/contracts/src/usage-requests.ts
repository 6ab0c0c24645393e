import { z } from 'zod';
import { moment, userIdField } from './requests.js';
import { textField } from './text-field.js';

export const USAGE_GROUPS = [
  'tenant',
  'user',
  'provider',
  'model',
  'endpoint',
  'key',
  'day',
  'hour',
] as const;
export type UsageGroup = (typeof USAGE_GROUPS)[number];

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The longest time that can be asked for; by hour less, since each is a row. */
const MAX_MS = 366 * DAY_MS;
const MAX_HOURS_MS = 31 * DAY_MS;

/** What is asked for without `from`. */
const USUAL_MS = 30 * DAY_MS;

export const usageSchema = z
  .strictObject({
    group_by: z.enum(USAGE_GROUPS, `must be one of ${USAGE_GROUPS.join(', ')}`).default('day'),
    from: moment.optional(),
    to: moment.optional(),
    user_id: userIdField.optional(),
    provider: textField(64).optional(),
  })
  .transform((query, context) => {
    const to = Math.ceil((query.to?.getTime() ?? Date.now()) / HOUR_MS) * HOUR_MS;
    const from = Math.floor((query.from?.getTime() ?? to - USUAL_MS) / HOUR_MS) * HOUR_MS;
    const most = query.group_by === 'hour' ? MAX_HOURS_MS : MAX_MS;
    const problem = from >= to ? 'must be before to' : to - from > most ? tooLong(most) : undefined;
    if (problem) context.addIssue({ code: 'custom', path: ['from'], message: problem });
    return { ...query, from: new Date(from), to: new Date(to) };
  });

/** Whole hours: `from` at the beginning of one, `to` at the end of one. */
export type UsageQuery = z.output<typeof usageSchema>;

/** With a user also what that one may spend. */
export const budgetsSchema = z.strictObject({ user_id: userIdField.optional() });
export type BudgetsQuery = z.output<typeof budgetsSchema>;

function tooLong(ms: number): string {
  return `must be at most ${ms / DAY_MS} days before to`;
}
