import { type ChatMessage, type JsonSchema, textOf } from './chat.js';

/** Tells a model of a schema, where its API cannot be told or takes only some; what is told already is not told again. */
export function askedInWords(messages: readonly ChatMessage[], schema: JsonSchema): readonly ChatMessage[] {
  const asked = `Answer with JSON of this schema and nothing else:\n${JSON.stringify(schema, null, 2)}`;
  if (messages.some(({ content }) => textOf(content).includes(JSON.stringify(schema, null, 2))))
    return messages;
  const [first, ...rest] = messages;
  if (first?.role !== 'system') return [{ role: 'system', content: asked }, ...messages];
  return [{ role: 'system', content: `${textOf(first.content)}\n\n${asked}` }, ...rest];
}
