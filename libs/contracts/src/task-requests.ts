import { z } from 'zod';
import { callbackHeadersField, callbackTokenField, callbackUrlField } from './callback.js';
import { dataField, parametersField } from './message-options.js';
import {
  durationField,
  MAX_CACHE_TTL_MS,
  MAX_TIMEOUT_MS,
  metadataField,
  positiveField,
  priorityField,
  retryDelayField,
  userIdField,
} from './requests.js';
import { TASK_STATUSES } from './task.js';
import { textField } from './text-field.js';

export const MAX_TASK_BATCH = 100;

/** Some clients send every field that they know, empty where they mean nothing. */
const filled = <T extends z.ZodType>(field: T) =>
  z.preprocess((value) => (value === '' || value === null ? undefined : value), field.optional()).optional();

const present = (name: string, max: number) =>
  textField(max).refine((value) => value.trim() !== '', `must not be empty or blank; give the ${name}`);

const { temperature, top_p, max_tokens, frequency_penalty, presence_penalty } = parametersField.shape;

const SPLIT = 'a task is one call; send one task for each item to POST /api/v1/tasks/batch';
const oneCall = z.union([z.literal(0), z.literal(1)], `must be 0 or 1: ${SPLIT}`);

const configField = z.strictObject({
  max_retries: filled(z.int().min(0).max(100)),
  /** Longest wait before the first retry; doubles with each further one. */
  retry_delay: filled(retryDelayField),
  /** Of one attempt; on `process/sync`, how long the caller waits. */
  timeout: filled(durationField(100, MAX_TIMEOUT_MS)),
  cache_enabled: filled(z.boolean()),
  cache_ttl: filled(durationField(1_000, MAX_CACHE_TTL_MS)),
  /** 0 is no limit of its own. */
  max_tokens: filled(z.union([z.literal(0), max_tokens.unwrap()])),
  top_p: filled(top_p),
  frequency_penalty: filled(frequency_penalty),
  presence_penalty: filled(presence_penalty),
  batch_processing: filled(z.literal(false, `must be false: ${SPLIT}`)),
  batch_size: filled(oneCall),
  concurrency: filled(oneCall),
  group_by: filled(z.never(`must be empty: ${SPLIT}`)),
});

const callbackField = z.strictObject({
  url: callbackUrlField,
  token: filled(callbackTokenField),
  headers: filled(callbackHeadersField),
});

export const createTaskSchema = z
  .strictObject({
    type: present('task type, such as custom', 64),
    prompt: present('prompt', 4_000_000),
    data: dataField.optional(),
    provider: filled(textField(64)),
    model: filled(textField(128)),
    temperature: filled(temperature),
    system_prompt: filled(textField(200_000)),
    priority: filled(priorityField),
    config: filled(configField),
    /** As a message has them; what stands beside them by itself wins. */
    parameters: filled(parametersField),
    callback_url: filled(callbackUrlField),
    callback_token: filled(callbackTokenField),
    callback: filled(callbackField),
    metadata: filled(metadataField),
    /** Whom it is for: the unit of fairness. Without it, the name of the API key. */
    user_id: filled(userIdField),
  })
  .meta({ id: 'NewTask' });
export type CreateTask = z.output<typeof createTaskSchema>;

/** The tasks are checked one by one, so that a bad one does not fail the others. */
export const createTaskBatchSchema = z.strictObject({
  tasks: z
    .array(z.unknown(), 'must be a list of tasks')
    .min(1, 'must hold at least one task')
    .max(MAX_TASK_BATCH, `must hold at most ${MAX_TASK_BATCH} tasks; send several batches`),
});
export type CreateTaskBatch = z.output<typeof createTaskBatchSchema>;

export const listTasksSchema = z.strictObject({
  limit: positiveField(100).default(10),
  offset: z.coerce.number().int().min(0).max(1_000_000).default(0),
  status: z.enum(TASK_STATUSES).optional(),
  type: textField(64).optional(),
});
export type ListTasks = z.output<typeof listTasksSchema>;
