import { type Behaviour } from './behaviour.js';
import { type ChatMessage } from './chat-request.js';

/** The content deltas of the reply that the behaviour asks for. */
export function replyDeltas(behaviour: Behaviour, messages: readonly ChatMessage[]): string[] {
  const { reply, chunks, toolCalls } = behaviour;
  if (reply === undefined && chunks === undefined && toolCalls) return [];
  if (reply === undefined && chunks !== undefined) return numberedWords(chunks);
  const text = replyText(reply ?? 'echo', messages);
  return chunks === undefined ? words(text) : pieces(text, chunks);
}

function replyText(reply: string, messages: readonly ChatMessage[]): string {
  if (reply === 'transcript')
    return JSON.stringify(messages.map(({ role, text }) => ({ role, content: text })));
  if (reply === 'echo') return messages.findLast(({ role }) => role === 'user')?.text ?? '';
  return reply;
}

/** Numbered so that a test can see a gap, a repetition or a wrong order. */
function numberedWords(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${i === 0 ? '' : ' '}word${i + 1}`);
}

function words(text: string): string[] {
  return text.match(/\s*\S+\s*$|\s*\S+/g) ?? (text === '' ? [] : [text]);
}

function pieces(text: string, count: number): string[] {
  const total = Math.min(count, text.length);
  const cut = (piece: number) => characterStart(text, Math.floor((piece * text.length) / total));
  return Array.from({ length: total }, (_, i) => text.slice(cut(i), cut(i + 1))).filter(
    (piece) => piece !== '',
  );
}

/** Never between the halves of a surrogate pair: they cannot be encoded apart. */
function characterStart(text: string, index: number): number {
  return /[\uDC00-\uDFFF]/.test(text.charAt(index)) ? index + 1 : index;
}
