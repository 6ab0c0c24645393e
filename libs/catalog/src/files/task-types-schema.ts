import { z } from 'zod';
import { duration, list, mapping, name, number, text, whole } from './fields.js';
import { rateLimitFields } from './providers-schema.js';
import { placeholderProblem } from '../template.js';

const template = text('a text with placeholders such as {{prompt}}', 100_000).superRefine(
  (value, context) => {
    const message = placeholderProblem(value);
    if (message) context.addIssue({ code: 'custom', message });
  },
);

const parameters = mapping({
  temperature: number({ min: 0, max: 2 }).optional(),
  top_p: number({ min: 0, max: 1 }).optional(),
  max_tokens: whole({ min: 1, max: 100_000_000 }).optional(),
  frequency_penalty: number({ min: -2, max: 2 }).optional(),
  presence_penalty: number({ min: -2, max: 2 }).optional(),
  seed: whole({ min: 0, max: Number.MAX_SAFE_INTEGER }).optional(),
  stop: list(text('a text'), 'texts', 16).optional(),
});

const limits = mapping({
  ...rateLimitFields,
  timeout: duration('100ms', '24h').optional(),
  max_retries: whole({ min: 0, max: 100 }).optional(),
});

const taskType = mapping({
  name,
  description: z.string().max(2_000).default(''),
  prompt: template,
  system: template.optional(),
  /** A JSON schema. */
  result: z.record(z.string(), z.unknown()).optional(),
  provider: name.optional(),
  model: text('a model, an alias or a group').optional(),
  parameters: parameters.default({}),
  limits: limits.default({}),
});

export const taskTypesFileSchema = mapping({ task_types: list(taskType, 'task types') });

export type TaskTypeEntry = z.output<typeof taskType>;
