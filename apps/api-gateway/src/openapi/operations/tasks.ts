import { z } from 'zod';
import { createTaskSchema, MAX_TASK_BATCH } from '#contracts';
import {
  acceptedTask,
  cancelledTask,
  delivery,
  deliveryPage,
  processed,
  task,
  taskBatch,
  taskFrame,
  taskPage,
} from '../answers/task.js';
import { type Group } from '../operation.js';
import { ACCEPTING, STREAMING } from './error-sets.js';

const example = { type: 'custom', prompt: 'Say hello.' };
const TAKING = [...ACCEPTING, 'address_refused'] as const;

export const TASKS: Group = {
  tag: 'Tasks',
  text: 'Messages under another name, with a type, data and callbacks. `task_…` and `msg_…` with the same UUID are the same thing.',
  params: { id: 'Id of the task, `task_…`.' },
  operations: {
    'POST /api/v1/tasks': {
      id: 'createTask',
      summary: 'Submit a task',
      answer: acceptedTask,
      headers: ['location', 'idempotency-replayed'],
      takes: ['idempotency-key'],
      errors: TAKING,
      example,
    },
    'POST /api/v1/tasks/batch': {
      id: 'createTaskBatch',
      summary: 'Submit up to a hundred tasks',
      text: '200, whatever becomes of the single tasks.',
      answer: taskBatch,
      takes: ['idempotency-key'],
      body: z.strictObject({ tasks: z.array(createTaskSchema).min(1).max(MAX_TASK_BATCH) }),
      example: { tasks: [example] },
    },
    'GET /api/v1/tasks': { id: 'listTasks', summary: 'List tasks', answer: taskPage },
    'GET /api/v1/tasks/:id': {
      id: 'getTask',
      summary: 'Read a task',
      answer: task,
      errors: ['task_not_found'],
    },
    'DELETE /api/v1/tasks/:id': {
      id: 'cancelTask',
      summary: 'Cancel a task',
      answer: cancelledTask,
      errors: ['task_not_found', 'message_finished'],
    },
    'POST /api/v1/process/sync': {
      id: 'processTask',
      summary: 'Submit a task and wait for its result',
      text: 'Leaving does not cancel, and neither does waiting in vain (408).',
      answer: processed,
      takes: ['idempotency-key'],
      errors: [...TAKING, ...STREAMING, 'task_not_done', 'task_failed'],
      example,
    },
    'POST /api/v1/process/stream': {
      id: 'streamTask',
      summary: 'Submit a task and stream its reply',
      answer: {
        type: 'text/event-stream',
        text: 'To the event that is `finished`.',
        events: { message: taskFrame },
      },
      status: 200,
      takes: ['idempotency-key'],
      errors: [...TAKING, ...STREAMING],
      example,
    },
  },
};

export const WEBHOOKS: Group = {
  tag: 'Webhooks',
  text: 'What became of the events that were to be delivered to callbacks.',
  params: { id: 'Id of the delivery.' },
  operations: {
    'GET /api/v1/webhooks/deliveries': {
      id: 'listDeliveries',
      summary: 'List deliveries',
      answer: deliveryPage,
    },
    'GET /api/v1/webhooks/deliveries/:id': {
      id: 'getDelivery',
      summary: 'Read a delivery',
      answer: delivery,
      errors: ['delivery_not_found'],
    },
    'POST /api/v1/webhooks/deliveries/:id/redeliver': {
      id: 'redeliver',
      summary: 'Deliver once more',
      answer: delivery,
      errors: ['delivery_not_found'],
    },
  },
};
