import { type ToolCall } from '#contracts';
import { type ChatMessage, type Content, type ImagePart, textOf } from '../chat.js';

type Block = Readonly<Record<string, unknown>>;

interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: Block[];
}

/**
 * The messages but the system's: the results of tools are the user's words here, and messages of the same role in a row
 * are one, since all results of one turn must stand together. What is empty is left out, the API refuses it.
 */
export function conversationOf(messages: readonly ChatMessage[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === 'system') continue;
    const role = message.role === 'assistant' ? 'assistant' : 'user';
    const blocks = blocksOf(message);
    if (blocks.length === 0) continue;
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else turns.push({ role, content: [...blocks] });
  }
  return turns;
}

function blocksOf(message: ChatMessage): Block[] {
  if (message.role === 'tool')
    return [{ type: 'tool_result', tool_use_id: message.tool_call_id, content: textOf(message.content) }];
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  return [...partsOf(message.content), ...calls.map(toolUseOf)];
}

function partsOf(content: Content): Block[] {
  const parts = typeof content === 'string' ? [{ type: 'text' as const, text: content }] : content;
  return parts.flatMap((part) => {
    if (part.type === 'image_url') return [imageOf(part)];
    return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text }];
  });
}

function imageOf({ image_url: { url } }: ImagePart): Block {
  const [, media_type, data] = /^data:([\w/+.-]+);base64,(.*)$/s.exec(url) ?? [];
  return {
    type: 'image',
    source: data === undefined ? { type: 'url', url } : { type: 'base64', media_type, data },
  };
}

function toolUseOf({ id, function: { name, arguments: json } }: ToolCall): Block {
  return { type: 'tool_use', id, name, input: inputOf(json) };
}

/** The API wants an object; what a model once wrote may be none. */
function inputOf(json: string): unknown {
  try {
    const input: unknown = JSON.parse(json);
    return typeof input === 'object' && input !== null && !Array.isArray(input) ? input : { input };
  } catch {
    return json.trim() === '' ? {} : { input: json };
  }
}
