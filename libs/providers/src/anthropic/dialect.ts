import { type ProviderSpec } from '#catalog';
import { type Dialect } from '../http/dialect.js';
import { readStream } from './read-stream.js';
import { messagesRequest } from './request.js';

/** Most tokens of an answer where neither the request nor the catalog says: the API wants a number. */
const MAX_TOKENS = 4_096;

/** Anthropic's Messages API. */
export function anthropic({ models }: Pick<ProviderSpec, 'models'>): Dialect {
  const most = new Map(models.map(({ id, maxOutputTokens }) => [id, maxOutputTokens]));
  return {
    ignores: ['frequency_penalty', 'presence_penalty', 'seed'],
    url: (base) => `${base.replace(/\/v1$/, '')}/v1/messages`,
    headers: (secret) => ({
      ...(secret !== undefined && { 'x-api-key': secret }),
      'anthropic-version': '2023-06-01',
    }),
    body: (request) => messagesRequest(request, most.get(request.model) ?? MAX_TOKENS),
    events: readStream,
  };
}
