import { z } from 'zod';
import { parseConditionText } from './condition-text.js';
import {
  CONDITION_FIELDS,
  CONDITION_OPERATORS,
  type ConditionField,
  type PriorityRule,
  type RuleCondition,
} from './priority-rule.js';
import { createMessageSchema, positiveField, priorityField, userIdField } from './requests.js';
import { textField } from './text-field.js';

const MAX_CONDITIONS = 20;
const MAX_CONDITION_VALUES = 100;

const scalar = z.union([textField(1_000), z.number(), z.boolean()]);

const field = textField(256).refine(
  (name) => Object.hasOwn(CONDITION_FIELDS, name) || /^metadata\.[^.]+(\.[^.]+)*$/.test(name),
  `must be one of ${Object.keys(CONDITION_FIELDS).join(', ')}, or metadata.<path>`,
);

const conditionSchema = z
  .strictObject({
    field,
    operator: z.enum(CONDITION_OPERATORS),
    value: z.union([scalar, z.array(scalar).min(1).max(MAX_CONDITION_VALUES)]),
  })
  .superRefine((condition, context) => {
    const message = mismatchIn(condition);
    if (message) context.addIssue({ code: 'custom', path: ['value'], message });
  });

/** What is wrong with the type of the value for this field and operator. */
function mismatchIn({ field: name, operator, value }: RuleCondition): string | undefined {
  const values = Array.isArray(value) ? value : [value];
  if (Array.isArray(value) !== (operator === 'in')) return `must ${operator === 'in' ? '' : 'not '}be a list`;
  const type = Object.hasOwn(CONDITION_FIELDS, name) ? CONDITION_FIELDS[name as ConditionField] : undefined;
  if (/^[gl]te?$/.test(operator) && (type ?? 'number') !== 'number') return `${name} has no order`;
  if (operator === 'contains' && (type ?? 'string') !== 'string') return `${name} cannot contain anything`;
  const wanted = /^[gl]te?$/.test(operator) ? 'number' : type;
  return wanted && values.some((each) => typeof each !== wanted) ? `must be a ${wanted}` : undefined;
}

/** The written form, `content_length > 500 and metadata.tier = gold`, as the list. */
const conditionText = textField(1_000).transform((text, context) => {
  const parsed = z.array(conditionSchema).max(MAX_CONDITIONS).safeParse(parseConditionText(text));
  if (parsed.success) return parsed.data;
  const why = parsed.error.issues.map(({ message }) => message).join('; ');
  const message = `must read like \`content_length > 500 and metadata.tier = gold\`: ${why}`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/** A rule as clients write it: `rule` is its name; an empty pattern or condition counts as left out. */
export const priorityRuleSchema = z
  .strictObject({
    rule: textField(200).default(''),
    pattern: textField(1_000).default(''),
    condition: conditionText.optional(),
    conditions: z.array(conditionSchema).max(MAX_CONDITIONS).default([]),
    priority: priorityField,
    position: z.int().min(0).max(1_000_000).default(100),
    enabled: z.boolean().default(true),
  })
  .transform(({ rule, pattern, condition, conditions, ...rest }, context) => {
    const all = [...(condition ?? []), ...conditions];
    if (pattern === '' && all.length === 0)
      context.addIssue({ code: 'custom', path: ['pattern'], message: 'must be given, or a condition' });
    return { ...rest, label: rule, pattern: pattern === '' ? null : pattern, conditions: all };
  });
export type NewPriorityRule = Omit<PriorityRule, 'id' | 'tenantId' | 'createdAt' | 'updatedAt'>;

export const userPrioritySchema = z.strictObject({ user_id: userIdField, priority: priorityField });
export type SetUserPriority = z.output<typeof userPrioritySchema>;

export const listUserPrioritiesSchema = z.strictObject({
  user_id: userIdField.optional(),
  limit: positiveField(100).optional(),
  after: textField(256).optional(),
});
export type ListUserPriorities = z.output<typeof listUserPrioritiesSchema>;

/** A message that is only judged; `conversation_priority` is that of the conversation it would be sent to. */
export const tryPrioritySchema = createMessageSchema
  .pick({ content: true, priority: true, metadata: true })
  .extend({ user_id: userIdField.default('nobody'), conversation_priority: priorityField.optional() });
export type TryPriority = z.output<typeof tryPrioritySchema>;
