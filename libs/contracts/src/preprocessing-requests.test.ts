import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConditionText } from './condition-text.js';
import { priorityRuleSchema } from './preprocessing-requests.js';

describe('parseConditionText', () => {
  test.each([
    ['', []],
    ['content_length > 500', [['content_length', 'gt', 500]]],
    ['content_length>=500', [['content_length', 'gte', 500]]],
    ['word_count lte 3', [['word_count', 'lte', 3]]],
    [
      'language = zh AND is_question == true',
      [
        ['language', 'eq', 'zh'],
        ['is_question', 'eq', true],
      ],
    ],
    [
      'sentiment != neutral && user_id ne ada',
      [
        ['sentiment', 'ne', 'neutral'],
        ['user_id', 'ne', 'ada'],
      ],
    ],
    ['language in (en, de)', [['language', 'in', ['en', 'de']]]],
    ['metadata.tier in ["gold", "very, very gold"]', [['metadata.tier', 'in', ['gold', 'very, very gold']]]],
    ['metadata.note contains "this and that"', [['metadata.note', 'contains', 'this and that']]],
    ['metadata.a.b-c = -1.5', [['metadata.a.b-c', 'eq', -1.5]]],
    ['metadata.n = "5"', [['metadata.n', 'eq', '5']]],
  ])('reads %j', (text, clauses) =>
    expect(parseConditionText(text)).toEqual(
      clauses.map(([field, operator, value]) => ({ field, operator, value })),
    ),
  );

  test.each(['nonsense', 'a >', '> 5', 'a like b', 'a in', 'x and y'])('cannot read %j', (text) =>
    expect(parseConditionText(text)).toBeUndefined(),
  );

  test('answers for any text, soon', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...'a =<>"\' and(),.'.split('')), maxLength: 1_000 }),
        (text) => {
          const startedAt = performance.now();
          parseConditionText(text);
          expect(performance.now() - startedAt).toBeLessThan(1_000);
        },
      ),
    );
  });
});

describe('priorityRuleSchema', () => {
  test('takes what a client of the older service sends, with empty texts for what is not set', () => {
    const sent = { pattern: 'refund', priority: 'high', rule: 'refunds', condition: '' };
    expect(priorityRuleSchema.parse(sent)).toEqual({
      label: 'refunds',
      pattern: 'refund',
      conditions: [],
      priority: 'high',
      position: 100,
      enabled: true,
    });
  });

  test('joins the written condition and the list', () => {
    const rule = priorityRuleSchema.parse({
      priority: 1,
      condition: 'word_count > 3',
      conditions: [{ field: 'metadata.tags', operator: 'contains', value: 'vip' }],
    });
    expect(rule.conditions.map(({ field }) => field)).toEqual(['word_count', 'metadata.tags']);
    expect(rule).toMatchObject({ pattern: null, priority: 'realtime' });
  });

  const condition = (field: string, operator: string, value: unknown) => ({
    priority: 'high',
    conditions: [{ field, operator, value }],
  });

  test.each([
    ['nothing to match', { priority: 'high', pattern: '', condition: '' }, 'pattern'],
    ['no priority', { pattern: 'x' }, 'priority'],
    ['a long pattern', { priority: 'high', pattern: 'x'.repeat(1_001) }, 'pattern'],
    ['an unknown key', { priority: 'high', pattern: 'x', colour: 'red' }, ''],
    ['an unknown field', condition('colour', 'eq', 'red'), 'conditions.0.field'],
    ['a field of the prototype', condition('constructor', 'eq', 'red'), 'conditions.0.field'],
    ['an empty path', condition('metadata.', 'eq', 1), 'conditions.0.field'],
    ['an unknown operator', condition('language', 'like', 'x'), 'conditions.0.operator'],
    ['text for a number', condition('content_length', 'gt', '5'), 'conditions.0.value'],
    ['order of what has none', condition('language', 'gt', 5), 'conditions.0.value'],
    ['in without a list', condition('language', 'in', 'en'), 'conditions.0.value'],
    ['a list without in', condition('language', 'eq', ['en']), 'conditions.0.value'],
    ['an empty list', condition('language', 'in', []), 'conditions.0.value'],
    ['part of a number', condition('word_count', 'contains', 1), 'conditions.0.value'],
    ['text for a flag', condition('is_question', 'eq', 'yes'), 'conditions.0.value'],
    [
      'many conditions',
      { ...condition('language', 'eq', 'en'), conditions: Array(21).fill(0) },
      'conditions',
    ],
    ['a condition that cannot be read', { priority: 'high', condition: 'if it rains' }, 'condition'],
    ['an `or`', { priority: 'high', condition: 'word_count = 1 or 2' }, 'condition'],
    ['a condition of the wrong type', { priority: 'high', condition: 'word_count > many' }, 'condition'],
  ])('refuses %s, and says where', (_, rule, path) => {
    const parsed = priorityRuleSchema.safeParse(rule);
    expect(parsed.success).toBe(false);
    expect(parsed.error!.issues.map((issue) => issue.path.join('.'))).toContain(path);
  });
});
