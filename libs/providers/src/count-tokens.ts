import { type ChatMessage } from './provider.js';

/** What the chat format adds to each message, in tokens of OpenAI's encodings. */
const PER_MESSAGE = 4;

/** Longer texts are counted by their first part, since the encoder's time grows with the length. */
const EXACT_UP_TO = 40_000;

let encoder: ((text: string) => number) | undefined;

/** Loads the o200k_base encoding on first use: it costs 50 MB that a gateway never needs. */
export async function loadTokenCounter(): Promise<void> {
  encoder ??= (await import('gpt-tokenizer/encoding/o200k_base')).countTokens;
}

/** Tokens of a text in o200k_base; for other models an estimate. Needs `loadTokenCounter` first. */
export function countTokens(text: string): number {
  if (!encoder) throw new Error('loadTokenCounter has not been awaited');
  if (text.length <= EXACT_UP_TO) return encoder(text);
  return Math.ceil((encoder(text.slice(0, EXACT_UP_TO)) * text.length) / EXACT_UP_TO);
}

export function countMessageTokens(messages: readonly ChatMessage[]): number {
  return messages.reduce((sum, { content }) => sum + countTokens(content) + PER_MESSAGE, 0);
}
