import { type ChatMessage, type ChatParameters, type Content, textOf } from './chat.js';

/** What the chat format adds to each message, in tokens of OpenAI's encodings. */
const PER_MESSAGE = 4;

/** Longer texts are counted by their first part. */
const EXACT_UP_TO = 40_000;

/**
 * Texts are counted in slices of this length: the encoder's time grows with the square of a run without breaks, and
 * one message of 40,000 Chinese characters would stop the process for five seconds (in slices: 0.14 s). A cut through
 * a word costs at most one token.
 */
const SLICE = 500;

let encoder: ((text: string) => number) | undefined;

/** Loads the o200k_base encoding on first use: it costs 50 MB that a gateway never needs. */
export async function loadTokenCounter(): Promise<void> {
  encoder ??= (await import('gpt-tokenizer/encoding/o200k_base')).countTokens;
}

/** Tokens of a text in o200k_base; for other models an estimate. Needs `loadTokenCounter` first. */
export function countTokens(text: string): number {
  if (!encoder) throw new Error('loadTokenCounter has not been awaited');
  const counted = Math.min(text.length, EXACT_UP_TO);
  let tokens = 0;
  for (let at = 0; at < counted; at += SLICE)
    tokens += encoder(text.slice(at, Math.min(at + SLICE, counted)));
  return counted === text.length ? tokens : Math.ceil((tokens * text.length) / counted);
}

/** A picture costs what its size says, which nobody here knows: as much as one of 1024 × 1024 pixels does at OpenAI. */
const PER_IMAGE = 765;

export function countMessageTokens(messages: readonly ChatMessage[]): number {
  return messages.reduce(
    (sum, message) => sum + countContent(message.content) + countCalls(message) + PER_MESSAGE,
    0,
  );
}

/** So much of a text as has at most so many tokens. */
export function firstTokens(text: string, most: number): string {
  let part = text;
  for (let tokens = countTokens(part); tokens > most; tokens = countTokens(part))
    part = part.slice(0, Math.min(part.length - 1, Math.floor((part.length * most) / tokens)));
  return part;
}

/** What a request costs besides its messages: the tools that it describes. */
export function countParameterTokens({ tools }: ChatParameters): number {
  return tools ? countTokens(JSON.stringify(tools)) : 0;
}

function countContent(content: Content): number {
  const images = typeof content === 'string' ? 0 : content.filter(({ type }) => type === 'image_url').length;
  return countTokens(textOf(content)) + images * PER_IMAGE;
}

function countCalls(message: ChatMessage): number {
  if (message.role !== 'assistant' || !message.tool_calls) return 0;
  return countTokens(JSON.stringify(message.tool_calls.map((call) => call.function)));
}
