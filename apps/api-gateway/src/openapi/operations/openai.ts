import { completion, completionChunk, openAiModel, openAiModels } from '../answers/completion.js';
import { type Group } from '../operation.js';
import { ACCEPTING, STREAMING } from './error-sets.js';

export const OPENAI: Group = {
  tag: 'OpenAI',
  text: "For OpenAI's client libraries, with another `base_url`. Failures are OpenAI's error objects.",
  params: { id: 'Name of the model.' },
  operations: {
    'POST /v1/chat/completions': {
      id: 'createChatCompletion',
      summary: 'Answer a chat',
      text: 'What exceeds the capacity waits in its band and is answered. `X-Message-Id` names the message that it is.',
      answer: completion,
      also: {
        type: 'text/event-stream',
        text: 'With `stream`: chunks, comments while it waits, and `[DONE]`.',
        events: { message: completionChunk },
      },
      headers: ['x-message-id', 'idempotency-replayed'],
      takes: ['idempotency-key', 'x-priority', 'x-on-disconnect'],
      errors: [...ACCEPTING, ...STREAMING, 'expired', 'cancelled'],
      example: { model: 'auto', messages: [{ role: 'user', content: 'Say hello.' }] },
    },
    'GET /v1/models': {
      id: 'listOpenAiModels',
      summary: 'List what may be named as model',
      answer: openAiModels,
    },
    'GET /v1/models/:id': {
      id: 'getOpenAiModel',
      summary: 'Whether a model may be named',
      answer: openAiModel,
      errors: ['model_unknown'],
    },
  },
};
