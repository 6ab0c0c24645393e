import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Analysis, MAX_METADATA_BYTES, type Metadata } from '#contracts';
import { annotate } from './annotate.js';
import { type Decision } from './decide-priority.js';

const analysis: Analysis = { word_count: 2, is_question: false, sentiment: 'neutral', language: 'en' };
const decision: Decision = { priority: 'normal', reason: 'default' };
const capped: Decision = {
  priority: 'high',
  reason: 'capped',
  wish: { priority: 'realtime', reason: 'rule:rule_0' },
};

const bytes = (metadata: Metadata) => Buffer.byteLength(JSON.stringify(metadata));

describe('annotate', () => {
  test('adds reason and analysis to what the client sent', () => {
    expect(annotate({ a: 1 }, decision, analysis)).toEqual({ a: 1, priority_reason: 'default', analysis });
    expect(annotate(undefined, decision, undefined)).toEqual({ priority_reason: 'default' });
  });

  test('keeps the wish that a limit cut', () => {
    expect(annotate({}, capped, undefined)).toEqual({
      priority_reason: 'capped',
      priority_wish: capped.wish,
    });
  });

  test.each<Metadata>([
    { analysis: 'mine' },
    { analysis: { word_count: 7 } },
    { analysis: null, priority_reason: 'because I say so' },
    { priority_wish: { reason: { toString: null }, priority: 1 } },
  ])('leaves what is the client’s own as it is: %j', (metadata) => {
    expect(annotate(metadata, capped, analysis)).toEqual({
      priority_reason: 'capped',
      priority_wish: capped.wish,
      analysis,
      ...metadata,
    });
  });

  test('makes anew what was copied from an earlier message', () => {
    const earlier = annotate({ a: 1 }, capped, { ...analysis, word_count: 99, truncated: true });
    expect(annotate(earlier, decision, analysis)).toEqual({ a: 1, priority_reason: 'default', analysis });
  });

  test('never grows past the limit of metadata, and changes nothing of the client’s', () => {
    const size = fc.integer({ min: MAX_METADATA_BYTES - 400, max: MAX_METADATA_BYTES - 10 });
    fc.assert(
      fc.property(size, (length) => {
        const metadata = { big: 'x'.repeat(length) };
        const result = annotate(metadata, capped, analysis);
        expect(result).toMatchObject(metadata);
        expect(bytes(result)).toBeLessThanOrEqual(Math.max(MAX_METADATA_BYTES, bytes(metadata)));
        const whole = { ...metadata, ...annotate({}, capped, analysis) };
        expect('analysis' in result).toBe(bytes(whole) <= MAX_METADATA_BYTES);
      }),
    );
  });
});
