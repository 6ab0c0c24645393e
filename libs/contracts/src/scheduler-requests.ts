import { z } from 'zod';
import { durationField } from './requests.js';

const DAY_MS = 86_400_000;

const slotCount = z.int().min(1).max(100_000);

/** What an operator orders of the scheduler; what is left out stays as it is. */
export const schedulerOverrideSchema = z
  .strictObject({
    /** By lane (the name of the provider); null takes the order of one lane, or of all, back. */
    slots: z.record(z.string().min(1).max(64), slotCount.nullable()).nullable().optional(),
    /** Whether the plan stays as it is. */
    frozen: z.boolean().optional(),
    /** The orders end after this long; without it they stay. */
    for: durationField(1_000, 30 * DAY_MS).optional(),
  })
  .refine(({ slots, frozen }) => slots !== undefined || frozen !== undefined, {
    path: ['slots'],
    message: 'give slots, frozen, or both',
  });
export type SchedulerOverride = z.output<typeof schedulerOverrideSchema>;
