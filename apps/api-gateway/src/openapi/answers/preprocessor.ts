import { z } from 'zod';
import { CONDITION_OPERATORS, SENTIMENTS } from '#contracts';
import { anything, count, pageOf, priority, text, time } from './common.js';

const fields = {
  id: text,
  rule: text.describe('Its name.'),
  pattern: text.nullable(),
  conditions: z.array(z.object({ field: text, operator: z.enum(CONDITION_OPERATORS), value: anything })),
  priority,
  position: count,
  enabled: z.boolean(),
  created_at: time,
  updated_at: time,
};

export const rule = z.object(fields).meta({ id: 'PriorityRule' });
export const addedRule = z.object({ status: z.literal('rule added'), ...fields });
export const rules = z.object({ rules: z.array(rule) });
export const removedRule = z.object({ status: z.literal('rule removed'), id: text });

const userPriority = { user_id: text, priority, updated_at: time };

export const setUserPriority = z.object({ status: z.literal('user priority set'), ...userPriority });
export const userPriorityPage = pageOf('user_priorities', z.object(userPriority));
export const removedUserPriority = z.object({ status: text, user_id: text });

export const verdict = z.object({
  priority,
  reason: text,
  analysis: z.object({
    word_count: count,
    is_question: z.boolean(),
    sentiment: z.enum(SENTIMENTS),
    language: text,
    truncated: z.literal(true).optional(),
  }),
});
