import { type Content } from '#contracts';
import { type NewMessageRow } from './sql/insert-messages.js';

/** What a row mostly consists of: its text, and the turns that it brings. */
export function charactersOf({ content, options }: NewMessageRow): number {
  const { messages = [] } = options ?? {};
  return messages.reduce((sum, message) => sum + lengthOf(message.content), content.length);
}

function lengthOf(content: Content): number {
  if (typeof content === 'string') return content.length;
  return content.reduce(
    (sum, part) => sum + (part.type === 'text' ? part.text : part.image_url.url).length,
    0,
  );
}
