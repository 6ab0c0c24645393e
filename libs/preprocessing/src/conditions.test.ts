import { describe, expect, test } from 'vitest';
import { type ConditionOperator, type ConditionValue } from '#contracts';
import { holds } from './conditions.js';
import { Facts } from './facts.js';

const facts = new Facts('Why is this so bad?', 'ada', {
  tier: 'Gold',
  age: 42,
  tags: ['a', 'b', 3],
  deep: { er: { still: true } },
  nothing: null,
});

describe('holds', () => {
  test.each<[string, ConditionOperator, ConditionValue, boolean]>([
    ['content_length', 'eq', 19, true],
    ['content_length', 'gt', 18, true],
    ['content_length', 'gt', 19, false],
    ['content_length', 'gte', 19, true],
    ['content_length', 'lt', 19, false],
    ['content_length', 'lte', 19, true],
    ['word_count', 'eq', 5, true],
    ['is_question', 'eq', true, true],
    ['sentiment', 'eq', 'negative', true],
    ['language', 'in', ['de', 'en'], true],
    ['language', 'in', ['de', 'fr'], false],
    ['user_id', 'contains', 'AD', true],
    ['user_id', 'ne', 'ada', false],
    ['metadata.tier', 'eq', 'gold', false],
    ['metadata.tier', 'contains', 'old', true],
    ['metadata.tags', 'contains', 3, true],
    ['metadata.tags', 'contains', '3', false],
    ['metadata.tags.1', 'eq', 'b', true],
    ['metadata.age', 'gt', 41.5, true],
    ['metadata.tier', 'gt', 1, false],
    ['metadata.deep.er.still', 'eq', true, true],
    ['metadata.deep.er', 'eq', true, false],
    ['metadata.nothing', 'eq', false, false],
    ['metadata.nothing.at.all', 'eq', 1, false],
    ['metadata.absent', 'eq', 'x', false],
    ['metadata.absent', 'lt', 1, false],
    ['metadata.absent', 'contains', 'undefined', false],
    ['metadata.absent', 'ne', 'x', true],
    ['metadata.constructor', 'ne', 'x', true],
    ['metadata.constructor.name', 'eq', 'Object', false],
    ['metadata.tags.length', 'eq', 3, false],
  ])('%s %s %j: %s', (field, operator, value, expected) =>
    expect(holds({ field, operator, value }, facts)).toBe(expected),
  );
});
