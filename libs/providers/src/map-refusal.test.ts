import { describe, expect, test } from 'vitest';
import { mapRefusal } from './map-refusal.js';
import { describe as describeError, readError, upstreamErrorOf } from './upstream-error.js';

const said = (status: number | null, more: object = {}) => ({
  status,
  code: null,
  type: null,
  message: 'no details',
  ...more,
});

describe('mapRefusal', () => {
  test.each([
    [said(429), 'provider_rate_limited'],
    [said(429, { message: 'Rate limit reached on tokens per min (TPM)' }), 'provider_rate_limited'],
    [
      said(429, { message: 'You exceeded your current quota, please check your plan' }),
      'provider_rate_limited',
    ],
    [said(429, { message: 'Rate limit reached on tokens per day (TPD)' }), 'provider_quota_exhausted'],
    [said(429, { message: 'GenerateRequestsPerDayPerProjectPerModel' }), 'provider_quota_exhausted'],
    [said(429, { code: 'insufficient_quota' }), 'provider_quota_exhausted'],
    [said(429, { type: 'exceeded_current_quota_error' }), 'provider_quota_exhausted'],
    [said(403, { code: 'project_spend_limit_exceeded' }), 'provider_quota_exhausted'],
    [said(400, { message: 'Your credit balance is too low to access the API' }), 'provider_quota_exhausted'],
    [
      said(400, { message: 'You have reached your specified API usage limits. You will regain access on …' }),
      'provider_quota_exhausted',
    ],
    [said(529), 'provider_overloaded'],
    [said(429, { type: 'engine_overloaded_error' }), 'provider_overloaded'],
    [said(503, { message: 'Slow down' }), 'provider_overloaded'],
    [said(503), 'provider_unavailable'],
    [said(400, { message: 'The word overloaded is not allowed' }), 'provider_rejected'],
    [said(302), 'provider_bad_response'],
    [said(409), 'provider_unavailable'],
    [said(null), 'provider_unavailable'],
    [said(null, { type: 'rate_limit_error' }), 'provider_rate_limited'],
    [said(null, { type: 'authentication_error' }), 'provider_unauthorized'],
    [said(null, { type: 'invalid_request_error' }), 'provider_rejected'],
    [said(null, { type: 'constructor' }), 'provider_unavailable'],
    [said(null, { code: '502' }), 'provider_unavailable'],
    [said(null, { code: '429', type: 'x' }), 'provider_rate_limited'],
  ] as const)('%j is %s', (refusal, code) => {
    const error = mapRefusal(refusal);
    expect(error).toMatchObject({ code, cause: refusal });
    expect(upstreamErrorOf(error)).toBe(refusal);
  });

  test('an adapter may know better', () => {
    const error = mapRefusal(said(429, { code: 'insufficient_quota' }), {}, 'provider_rate_limited');
    expect(error.code).toBe('provider_rate_limited');
  });

  test('the wait is what the headers say, else the message, else what is used up', () => {
    const used = { tokens: { remaining: 0, resetMs: 2_000 } };
    const wordy = said(429, { message: 'Please try again in 6m0s.' });
    expect(mapRefusal(wordy, { ...used, retryAfterMs: 5 }).retryAfterMs).toBe(5);
    expect(mapRefusal(wordy, used).retryAfterMs).toBe(360_000);
    expect(mapRefusal(said(429), used).retryAfterMs).toBe(2_000);
    expect(mapRefusal(said(500), used).retryAfterMs).toBeUndefined();
    expect(mapRefusal(said(500), { retryAfterMs: 5 }).retryAfterMs).toBe(5);
  });

  test('the tenants do not learn what is wrong with the account', () => {
    const { message } = mapRefusal(said(401, { message: 'the organization org-1 was banned' }));
    expect(message).not.toContain('org-1');
  });
});

describe('what a provider said', () => {
  test.each([
    ['{"error":{"message":"m","type":"t","code":"c"}}', { message: 'm', type: 't', code: 'c' }],
    [
      '{"error":{"message":"m","status":"RESOURCE_EXHAUSTED","code":429}}',
      { type: 'RESOURCE_EXHAUSTED', code: '429' },
    ],
    ['{"type":"error","error":{"type":"t","message":"m"}}', { message: 'm', type: 't', code: null }],
    ['{"object":"error","message":"m","type":"t","code":400}', { message: 'm', type: 't', code: '400' }],
    ['{"error":"m"}', { message: 'm', type: null }],
    ['{"detail":"m"}', { message: 'm' }],
    ['"m"', { message: 'm' }],
    ['[]', { message: 'no details' }],
    ['null', { message: 'no details' }],
    ['{"error":null}', { message: 'no details' }],
    ['<html>\n <b>m</b>', { message: '<html> <b>m</b>' }],
    ['', { message: 'no body' }],
  ])('%s', (body, expected) => {
    expect(readError(500, body)).toMatchObject({ status: 500, ...expected });
  });

  test('is kept without keys, and not for long', () => {
    const { message } = describeError(null, { message: `bad sk-proj-0123456789 ${'x'.repeat(10_000)}` });
    expect(message).toContain('bad [redacted] x');
    expect(message.length).toBeLessThan(1_000);
    expect(readError(500, 'bad key gsk_0123456789').message).toBe('bad key [redacted]');
  });
});
