import { z } from 'zod';
import { pagingFields } from './requests.js';
import { TASK_EVENT_TYPES } from './task-event.js';
import { textField } from './text-field.js';

/** `pending`: it waits for its next try, or is under way; `failed`: it was given up. */
export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const;

export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** The events of tasks, and that a message has become a dead letter. */
export const DELIVERY_EVENTS = [...TASK_EVENT_TYPES, 'dead'] as const;

export type DeliveryEvent = (typeof DELIVERY_EVENTS)[number];

export const listDeliveriesSchema = z.strictObject({
  state: z.enum(DELIVERY_STATES).optional(),
  event: z.enum(DELIVERY_EVENTS).optional(),
  task_id: textField(64).optional(),
  ...pagingFields,
});
export type ListDeliveries = z.output<typeof listDeliveriesSchema>;
