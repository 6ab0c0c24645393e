/** Where APIs that call themselves compatible with OpenAI's differ from one another. */
export interface Quirks {
  /** What it calls the most tokens of an answer. */
  readonly maxTokens: 'max_tokens' | 'max_completion_tokens';
  /** Sends its usage only when `stream_options` asks for it; one that does not know the word may refuse it. */
  readonly streamOptions: boolean;
  /** How it is told to think more or less. */
  readonly effort: 'reasoning_effort' | 'enable_thinking';
  /** Not all of its models take a schema of the answer; all take `json_object`, where the prompt says JSON. */
  readonly someSchemas: boolean;
  /** Its `insufficient_quota` is a limit by the minute and no empty account. */
  readonly quotaByMinute: boolean;
}

/** vLLM, Ollama, and whoever is not named below. */
const COMMON: Quirks = {
  maxTokens: 'max_tokens',
  streamOptions: true,
  effort: 'reasoning_effort',
  someSchemas: false,
  quotaByMinute: false,
};

/** By the end of the host's name: an account may have any name, and a name any URL. */
const BY_HOST: readonly (readonly [string, Partial<Quirks>])[] = [
  ['api.openai.com', { maxTokens: 'max_completion_tokens' }],
  ['openai.azure.com', { maxTokens: 'max_completion_tokens' }],
  ['moonshot.cn', { maxTokens: 'max_completion_tokens', someSchemas: true }],
  ['moonshot.ai', { maxTokens: 'max_completion_tokens', someSchemas: true }],
  ['aliyuncs.com', { effort: 'enable_thinking', someSchemas: true, quotaByMinute: true }],
];

export function quirksOf(url: string): Quirks {
  const { hostname } = new URL(url);
  const [, own] = BY_HOST.find(([end]) => hostname === end || hostname.endsWith(`.${end}`)) ?? [];
  return { ...COMMON, ...own };
}
