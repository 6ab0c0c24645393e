import { z } from 'zod';
import { PRIORITIES } from '#contracts';
import { byName, duration, list, mapping, must, name, number, oneOf, text } from './fields.js';
import { CONDITION_OPERATORS, FACT_FIELDS } from '../spec.js';

/** A target, an alias or a group. */
const reference = text('a provider, provider/model, an alias or a group', 320);

const weight = number({ min: 0, max: 1_000 });

const weights = mapping({
  cost: weight.default(0),
  speed: weight.default(0),
  quality: weight.default(0),
}).refine(({ cost, speed, quality }) => cost + speed + quality > 0, 'must have a weight that is more than 0');

const scalar = z.union(
  [z.string().max(1_000), z.number(), z.boolean()],
  must('a text, a number, true or false'),
);

const condition = mapping({
  field: z
    .string(must('the name of a fact'))
    .max(300)
    .refine(isFact, `must be metadata.<name> or one of ${FACT_FIELDS.join(', ')}`),
  operator: oneOf(CONDITION_OPERATORS),
  value: z.union(
    [scalar, z.array(scalar).min(1).max(1_000)],
    must('a text, a number, true, false, or a list of them'),
  ),
}).superRefine(({ field, operator, value }, context) => {
  const message = valueProblem(field, operator, value);
  if (message) context.addIssue({ code: 'custom', path: ['value'], message });
});

const rule = mapping({
  name: text('a name to be shown with the messages that it decides'),
  task_types: list(name, 'task types').default([]),
  models: list(text('a model'), 'models').default([]),
  conditions: list(condition, 'conditions', 50).default([]),
  targets: list(reference, 'targets', 100).default([]),
  weights: weights.optional(),
  fallbacks: list(reference, 'fallbacks', 100).optional(),
  cache: mapping({ ttl: duration('1s', '7d') }).optional(),
}).refine(
  ({ targets, weights: given }) => targets.length > 0 || given !== undefined,
  'needs targets or weights',
);

export const routing = mapping({
  weights: weights.prefault({ cost: 1, speed: 1, quality: 1 }),
  aliases: byName(name, reference).prefault({}),
  groups: byName(name, list(reference, 'targets', 100).min(1, 'must hold a target')).prefault({}),
  fallbacks: byName(text('a provider, provider/model or *', 320), list(reference, 'targets', 100)).prefault(
    {},
  ),
  rules: list(rule, 'rules').default([]),
});

type ConditionEntry = z.output<typeof condition>;

function isFact(field: string): boolean {
  return (FACT_FIELDS as readonly string[]).includes(field) || /^metadata\.[^.]+(\.[^.]+)*$/.test(field);
}

function valueProblem(
  field: string,
  operator: ConditionEntry['operator'],
  value: ConditionEntry['value'],
): string | undefined {
  if (operator === 'in') return Array.isArray(value) ? undefined : 'must be a list, for the operator in';
  if (Array.isArray(value)) return `must be one value; a list goes with the operator in`;
  if (field === 'priority')
    return (PRIORITIES as readonly unknown[]).includes(value)
      ? undefined
      : `must be one of ${PRIORITIES.join(', ')}`;
  if (operator === 'eq' || typeof value === 'number') return undefined;
  return `must be a number, for the operator ${operator}`;
}
