/**
 * Requests in the words of OpenAI's chat completions, which most clients and most providers speak; an adapter for
 * anything else translates.
 */
import { type ChatMessage } from '#contracts';

export { type ChatMessage, type Content, type ImagePart, type TextPart, textOf } from '#contracts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A function that the model may ask for. */
export interface Tool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    readonly parameters?: JsonSchema;
    readonly strict?: boolean;
  };
}

export type ToolChoice =
  'none' | 'auto' | 'required' | { readonly type: 'function'; readonly function: { readonly name: string } };

export type ResponseFormat =
  | { readonly type: 'text' | 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly json_schema: {
        readonly name: string;
        readonly description?: string;
        readonly schema?: JsonSchema;
        readonly strict?: boolean;
      };
    };

/** How the model is to answer; what is left out is the provider's choice. */
export interface ChatParameters {
  readonly temperature?: number;
  readonly top_p?: number;
  /** Most tokens of the answer, thinking included. */
  readonly max_tokens?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly stop?: string | readonly string[];
  readonly seed?: number;
  readonly response_format?: ResponseFormat;
  readonly tools?: readonly Tool[];
  readonly tool_choice?: ToolChoice;
  /** false: at most one call in an answer. */
  readonly parallel_tool_calls?: boolean;
  readonly reasoning_effort?: 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh';
}

export type ParameterName = keyof ChatParameters;

export const PARAMETER_NAMES = [
  'temperature',
  'top_p',
  'max_tokens',
  'frequency_penalty',
  'presence_penalty',
  'stop',
  'seed',
  'response_format',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning_effort',
] as const satisfies readonly ParameterName[];

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly model: string;
  readonly parameters?: ChatParameters;
  /** Travels to the provider, so that its log and ours can be held together. */
  readonly requestId: string;
  /** W3C's, so that the provider can go on with our trace; undefined: it is not to know. */
  readonly traceparent?: string;
  /** What `metadata.simulate` of the message asks of the simulator; other providers ignore it. */
  readonly simulate?: unknown;
}
