import { type ChatMessage } from '#providers';

/** An earlier turn of a conversation and how it was answered. */
export interface Turn {
  readonly content: string;
  readonly reply: string;
}

/**
 * The prompt for a message: the contexts first, as one system message, then as many of the newest turns as fit, then the message.
 * The oldest turns are dropped first and always whole; context and message are never dropped.
 */
export function contextWindow(
  contexts: readonly string[],
  newestFirst: readonly Turn[],
  content: string,
  maxTokens: number,
  count: (messages: readonly ChatMessage[]) => number,
): ChatMessage[] {
  const told = contexts.filter((context) => context !== '').join('\n\n');
  const system: ChatMessage[] = told === '' ? [] : [{ role: 'system', content: told }];
  const message: ChatMessage = { role: 'user', content };
  let left = maxTokens - count([...system, message]);
  const turns: ChatMessage[][] = [];
  for (const turn of newestFirst) {
    const both: ChatMessage[] = [
      { role: 'user', content: turn.content },
      { role: 'assistant', content: turn.reply },
    ];
    left -= count(both);
    if (left < 0) break;
    turns.push(both);
  }
  return [...system, ...turns.toReversed().flat(), message];
}
