import { type ConditionValue, type RuleCondition } from '#contracts';
import { type Facts } from './facts.js';

/** Whether a message is as the condition says; an absent value, or one of another type, fulfils `ne` only. */
export function holds({ field, operator, value }: RuleCondition, facts: Facts): boolean {
  const actual = facts.valueOf(field);
  switch (operator) {
    case 'eq':
      return actual === value;
    case 'ne':
      return actual !== value;
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return typeof actual === 'number' && typeof value === 'number' && compares(actual, operator, value);
    case 'in':
      return (value as readonly unknown[]).includes(actual);
    case 'contains':
      return contains(actual, value);
  }
}

function compares(actual: number, operator: 'gt' | 'gte' | 'lt' | 'lte', value: number): boolean {
  switch (operator) {
    case 'gt':
      return actual > value;
    case 'gte':
      return actual >= value;
    case 'lt':
      return actual < value;
    case 'lte':
      return actual <= value;
  }
}

/** A part of a text, in any case of its letters; or an item of a list. */
function contains(actual: unknown, value: ConditionValue): boolean {
  if (Array.isArray(actual)) return actual.includes(value);
  return typeof actual === 'string' && actual.toLowerCase().includes(String(value).toLowerCase());
}
