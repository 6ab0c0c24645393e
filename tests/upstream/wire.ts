import { type OutgoingHttpHeaders } from 'node:http';
import { type Behaviour } from './behaviour.js';
import { type ChatRequest } from './chat-request.js';

/** What a call is said to have cost. */
export interface Counts {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly reasoning: number;
}

export interface SentToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** The events of one streamed reply, as text. */
export interface StreamWriter {
  /** Some APIs tell what the prompt costs before they answer. */
  begin(counts: Counts | undefined): string;
  reasoning(text: string): string;
  content(text: string): string;
  toolCall(index: number, call: SentToolCall): string;
  /** An event without any part of the reply. */
  nothing(): string;
  /** `noDone`: without the event that says that this was all. */
  end(reason: string, counts: Counts | undefined, noDone: boolean): string;
  error(json: string): string;
}

/** A reply that is not streamed. */
export interface WholeReply {
  readonly id: string;
  readonly model: string;
  readonly text: string;
  readonly reasoning: string;
  readonly toolCalls: readonly SentToolCall[];
  readonly reason: string;
  readonly counts: Counts | undefined;
  readonly isEmpty: boolean;
}

/** The limits that the script wants told. */
export function limitsOf({ rateLimit = {} }: Behaviour) {
  return Object.entries(rateLimit).flatMap(([kind, limit]) => (limit ? [{ kind, ...limit }] : []));
}

/** How an API looks on the wire. */
export interface Wire {
  readonly api: 'openai' | 'anthropic';
  /** Undefined when the API would refuse the body with a 400. */
  read(body: unknown): ChatRequest | undefined;
  newId(): string;
  /** Its own headers, the limits among them. */
  headers(id: string, behaviour: Behaviour): OutgoingHttpHeaders;
  stream(id: string, request: ChatRequest, isEmpty: boolean): StreamWriter;
  whole(reply: WholeReply): string;
  error(status: number, message: string): string;
}
