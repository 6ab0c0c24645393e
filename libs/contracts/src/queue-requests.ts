import { z } from 'zod';
import { PRIORITIES, type Priority, toPriority } from './priority.js';
import { priorityField } from './requests.js';
import { textField } from './text-field.js';

/** The name of a band's queue: `realtime_priority`, or only `realtime`. */
export function queueName(priority: Priority): string {
  return `${priority}_priority`;
}

export const queueNameField = z
  .string()
  .max(64)
  .transform((name, context) => {
    const priority = toPriority(name.replace(/_priority$/, ''));
    if (priority) return priority;
    const message = `must be one of ${PRIORITIES.map(queueName).join(', ')}, or the priority alone`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .meta({ type: 'string', enum: PRIORITIES.map(queueName) });

const lane = textField(64);

/** Which bands; what is left out stands for all of them, and so does no body. */
export const bandSelectionSchema = z
  .strictObject({ priority: priorityField.optional(), lane: lane.optional() })
  .nullish()
  .transform((selection) => selection ?? {});
export type BandSelection = z.output<typeof bandSelectionSchema>;

export const queueParamsSchema = z.strictObject({ name: queueNameField });
export type QueueParams = z.output<typeof queueParamsSchema>;

/** The times that statistics are kept for. */
export const TIME_RANGES = {
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
} as const;

export type TimeRange = keyof typeof TIME_RANGES;

export const queueStatsSchema = z.strictObject({
  time_range: z.enum(Object.keys(TIME_RANGES) as [TimeRange, ...TimeRange[]]).default('1h'),
  queue_name: queueNameField.optional(),
  lane: lane.optional(),
});
export type QueueStatsQuery = z.output<typeof queueStatsSchema>;

export const metricsQuerySchema = z.strictObject({
  format: z.enum(['json', 'prometheus']).default('json'),
});
export type MetricsQuery = z.output<typeof metricsQuerySchema>;
