import { z } from 'zod';
import { type ErrorCode, ERRORS, PRIORITIES } from '#contracts';

export const text = z.string();
export const time = z.string().meta({ format: 'date-time' });
export const span = z.string().meta({ description: 'A duration, such as `1500ms`, `30s` or `5m`.' });
export const count = z.int().min(0);
export const amount = z.number().min(0);
export const priority = z.enum(PRIORITIES);
export const anything = z.unknown();
export const anyObject = z.record(z.string(), z.unknown());
export const errorCode = z
  .enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]])
  .meta({ id: 'ErrorCode', description: 'What went wrong; `GET /errors/{code}` explains one.' });

export const pagination = z
  .object({
    next: text.nullable().describe('The `after` of the next page; null on the last one.'),
    has_more: z.boolean(),
    page_size: count,
    page: count.nullish(),
    total: count.optional().describe('Only where pages are asked for by number or by offset.'),
    total_pages: count.optional(),
  })
  .meta({ id: 'Pagination' });

/** A page of a list, under the name of what it holds. */
export function pageOf<K extends string>(name: K, item: z.ZodType) {
  return z.object({ [name]: z.array(item), pagination });
}

/** A failed request: RFC 9457, with a stable code. */
export const problem = z
  .object({
    type: text.describe('Where this server explains the code.'),
    title: text,
    status: z.int(),
    code: errorCode,
    detail: text,
    error: text.describe('The same as `detail`.'),
    request_id: text,
    seed_code: z.int().optional(),
    estimated_wait: span.nullish(),
    estimated_wait_ms: count.nullish(),
    errors: z
      .array(z.object({ field: text, message: text }))
      .optional()
      .describe('Each field that is wrong.'),
    task_id: text.optional().describe('The task that was accepted before this went wrong.'),
  })
  .meta({ id: 'Problem' });

export const failure = z.object({ code: errorCode, message: text });

export const tokenUsage = z
  .object({ prompt_tokens: count, completion_tokens: count, total_tokens: count })
  .meta({ id: 'TokenUsage' });

/** One amount where all was paid in one currency, and always each currency by itself. */
export const money = {
  cost: amount.nullable(),
  currency: text.nullable(),
  costs: z.record(z.string(), amount),
};
