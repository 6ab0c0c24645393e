import { expect, test } from 'vitest';
import { AppError, type AppErrorOptions, type ErrorCode } from '#contracts';
import { openAiStatus, speaksOpenAi, toOpenAiError } from './openai-error.js';

const field = (name: string): AppErrorOptions => ({ fields: [{ field: name, message: 'is wrong' }] });

test.each<[ErrorCode, AppErrorOptions, object]>([
  ['unauthorized', {}, { status: 401, type: 'invalid_request_error', param: null, code: 'invalid_api_key' }],
  ['forbidden', {}, { status: 403, type: 'permission_error', param: null, code: 'forbidden' }],
  [
    'model_unknown',
    field('model'),
    { status: 404, type: 'invalid_request_error', param: 'model', code: 'model_not_found' },
  ],
  [
    'invalid_request',
    field('messages.0.content.1.text'),
    {
      status: 400,
      type: 'invalid_request_error',
      param: 'messages[0].content[1].text',
      code: 'invalid_request',
    },
  ],
  ['invalid_request', field('body'), { status: 400, param: null }],
  ['content_too_long', field('content'), { status: 400, param: 'messages', code: 'context_length_exceeded' }],
  ['no_target', field('openai/m'), { status: 400, param: 'model', code: 'no_target' }],
  ['rate_limited', {}, { status: 429, type: 'rate_limit_error', code: 'rate_limit_exceeded' }],
  ['queue_full', {}, { status: 429, type: 'rate_limit_error', code: 'queue_full' }],
  ['budget_exhausted', {}, { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' }],
  ['expired', {}, { status: 504, type: 'server_error', code: 'expired' }],
  ['result_invalid', field('a'), { status: 502, type: 'server_error', param: null }],
])('%s with %j is %j', (code, options, expected) => {
  const { error } = toOpenAiError(new AppError(code, 'Words', options));
  expect({ status: openAiStatus(code), ...error }).toMatchObject({ message: 'Words', ...expected });
});

test('what broke inside is not told', () => {
  expect(toOpenAiError(new AppError('internal', 'secret')).error.message).not.toContain('secret');
});

test('an unknown route names those that there are', () => {
  expect(toOpenAiError(new AppError('route_not_found', 'No')).error).toMatchObject({
    message: expect.stringContaining('chat/completions') as string,
    code: 'unknown_url',
  });
});

test.each([
  ['/v1', true],
  ['/v1/models', true],
  ['/v1?x=1', true],
  ['/v1x', false],
  ['/api/v1/messages', false],
])('%s is theirs: %s', (url, isTheirs) => expect(speaksOpenAi(url)).toBe(isTheirs));
