import { type ToolCall } from './message.js';

/**
 * The messages of a chat in the words of OpenAI's chat completions, which most clients and most providers speak; an
 * adapter for anything else translates.
 */
export interface TextPart {
  readonly type: 'text';
  readonly text: string;
}

/** A picture by its address, which may be a `data:` URL. */
export interface ImagePart {
  readonly type: 'image_url';
  readonly image_url: { readonly url: string; readonly detail?: 'auto' | 'low' | 'high' };
}

export type Content = string | readonly (TextPart | ImagePart)[];

/** `name` tells several speakers of one role apart, where the provider has a place for it. */
export type ChatMessage =
  | { readonly role: 'system' | 'user'; readonly content: Content; readonly name?: string }
  | {
      readonly role: 'assistant';
      /** Empty where it says nothing and only calls. */
      readonly content: Content;
      readonly name?: string;
      readonly tool_calls?: readonly ToolCall[];
    }
  | { readonly role: 'tool'; readonly content: Content; readonly tool_call_id: string };

/** The words of a content, without its pictures. */
export function textOf(content: Content): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '')).join('');
}
