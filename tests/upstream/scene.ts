import { type OutgoingHttpHeaders } from 'node:http';
import { type Answer } from './answer.js';
import { type Behaviour } from './behaviour.js';
import { type ChatRequest } from './chat-request.js';

/** One call to answer, and how. */
export interface Scene {
  readonly id: string;
  readonly behaviour: Behaviour;
  readonly request: ChatRequest;
  readonly answer: Answer;
}

export function headersOf({ id, behaviour }: Scene, contentType: string): OutgoingHttpHeaders {
  const { retryAfter, retryAfterMs } = behaviour;
  return {
    'content-type': behaviour.contentType ?? contentType,
    'x-request-id': `req_${id}`,
    'openai-version': '2020-10-01',
    'openai-processing-ms': '1',
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    ...(retryAfterMs !== undefined && { 'retry-after-ms': String(retryAfterMs) }),
  };
}
