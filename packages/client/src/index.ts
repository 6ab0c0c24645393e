export type * from './api.generated.js';
export { RETRYABLE_CODES } from './api.generated.js';
export { type BatchOptions, type BatchOutcome, type BatchProgress } from './batch.js';
export { LlmQueue, type MessageFields, type Outgoing } from './client.js';
export { type ConversationChange, type ConversationFields, Conversations } from './conversations.js';
export { type DeadLetterFilter, DeadLetters } from './dead-letters.js';
export { ApiError, ConnectionError, LlmqError, MessageFailedError } from './errors.js';
export { type CallOptions, type LlmQueueOptions, type SendOptions } from './options.js';
export { type StreamEvent, type StreamOptions } from './stream.js';
