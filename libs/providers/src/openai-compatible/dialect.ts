import { type Dialect } from '../http/dialect.js';
import { quirksOf } from './quirks.js';
import { readStream } from './read-stream.js';
import { chatCompletion } from './request.js';

/** OpenAI's chat completions: OpenAI, Kimi, Qwen, vLLM, Ollama and most others. */
export const OPENAI_COMPATIBLE: Dialect = {
  ignores: [],
  url: (base) => `${base}/chat/completions`,
  headers: (secret) => (secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
  body: (request, { endpoint }) => chatCompletion(request, quirksOf(endpoint.url)),
  events: readStream,
  codeOf: ({ code, type, status }, { endpoint }) =>
    status === 429 && [code, type].includes('insufficient_quota') && quirksOf(endpoint.url).quotaByMinute
      ? 'provider_rate_limited'
      : undefined,
};
