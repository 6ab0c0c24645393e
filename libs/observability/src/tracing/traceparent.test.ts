import { expect, test } from 'vitest';
import { placeOf, traceparentOf, traceTags } from './traceparent.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PLACE = { traceId: TRACE, spanId: SPAN, sampled: true };

test.each([
  [`00-${TRACE}-${SPAN}-01`, PLACE],
  [`00-${TRACE}-${SPAN}-00`, { ...PLACE, sampled: false }],
  [`00-${TRACE}-${SPAN}-03`, PLACE],
  [`cc-${TRACE}-${SPAN}-01-what-comes-later`, PLACE],
  [`ff-${TRACE}-${SPAN}-01`, undefined],
  [`00-${'0'.repeat(32)}-${SPAN}-01`, undefined],
  [`00-${TRACE}-${'0'.repeat(16)}-01`, undefined],
  [`00-${TRACE.toUpperCase()}-${SPAN}-01`, undefined],
  [`00-${TRACE}-${SPAN}`, undefined],
  [`00-${TRACE}-${SPAN}-01\r\nx: y`, undefined],
  ['', undefined],
  [undefined, undefined],
  [['a', 'b'], undefined],
])('%s is read as W3C says', (given, expected) => {
  expect(placeOf(given)).toEqual(expected);
});

test('is written as it was read', () => {
  const text = `00-${TRACE}-${SPAN}-01`;
  expect(traceparentOf(placeOf(text)!)).toBe(text);
  expect(traceTags(text)).toEqual({ trace_id: TRACE });
  expect(traceTags(undefined)).toEqual({});
});
