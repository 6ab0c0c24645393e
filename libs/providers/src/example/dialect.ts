import { z } from 'zod';
import { type ChatMessage, type ChatRequest, textOf } from '../chat.js';
import { badResponse, parseEvent } from '../http/bad-response.js';
import { type Dialect } from '../http/dialect.js';
import { mapRefusal } from '../map-refusal.js';
import { type ProviderEvent } from '../provider.js';
import { describe } from '../upstream-error.js';

/** Ollama's own chat API, which answers with one JSON object on each line. */
export const OLLAMA_CHAT: Dialect = {
  ignores: [
    'frequency_penalty',
    'presence_penalty',
    'tool_choice',
    'parallel_tool_calls',
    'reasoning_effort',
  ],
  url: (base) => `${base}/api/chat`,
  headers: (secret) => (secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
  body: chatOf,
  events: readLines,
};

function chatOf({ model, messages, parameters = {} }: ChatRequest): object {
  const { max_tokens, temperature, top_p, stop, seed, tools, response_format: format } = parameters;
  return {
    model,
    messages: messages.map(messageOf),
    stream: true,
    options: { num_predict: max_tokens, temperature, top_p, stop, seed },
    tools,
    format: format?.type === 'json_schema' ? format.json_schema.schema : undefined,
  };
}

function messageOf(message: ChatMessage): object {
  const calls = message.role === 'assistant' ? (message.tool_calls ?? []) : [];
  return {
    role: message.role,
    content: textOf(message.content),
    tool_calls: calls.map(({ function: { name, arguments: json } }) => ({
      function: { name, arguments: JSON.parse(json) as unknown },
    })),
  };
}

const text = z.string().optional();
const count = z.number().int().min(0).optional();
const call = z.object({ function: z.object({ name: z.string(), arguments: z.unknown() }) });

/** What we use of a line. */
const lineSchema = z.object({
  message: z.object({ content: text, thinking: text, tool_calls: z.array(call).optional() }).optional(),
  done_reason: text,
  prompt_eval_count: count,
  eval_count: count,
  error: z.unknown().optional(),
});

type Line = z.output<typeof lineSchema>;

async function* readLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<ProviderEvent> {
  let calls = 0;
  let last: Line | undefined;
  for await (const data of linesOf(body)) {
    const line = parseEvent(lineSchema, data);
    if (line.error) throw mapRefusal(describe(null, line.error));
    last = line;
    const { thinking, content, tool_calls = [] } = line.message ?? {};
    if (thinking) yield { type: 'reasoning', text: thinking };
    if (content) yield { type: 'delta', text: content };
    for (const { function: called } of tool_calls) {
      const json = JSON.stringify(called.arguments);
      yield { type: 'tool_call', index: calls, id: `call_${calls}`, name: called.name, arguments: json };
      calls += 1;
    }
  }
  if (last?.done_reason === undefined) throw badResponse('The answer has no end');
  yield finishOf(last, calls > 0);
}

function finishOf({ done_reason, prompt_eval_count, eval_count }: Line, asks: boolean): ProviderEvent {
  const reason = asks ? 'tool_calls' : (done_reason ?? null);
  // Without usage the tokens are estimated.
  if (prompt_eval_count === undefined || eval_count === undefined) return { type: 'finish', reason };
  const usage = { promptTokens: prompt_eval_count, completionTokens: eval_count, estimated: false };
  return { type: 'finish', reason, usage };
}

/** However the bytes are cut; what never ends is no line. */
async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of body) {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop()!;
    if (rest.length > 1_000_000) throw badResponse('The provider sent a line without end');
    yield* lines.filter((line) => line !== '');
  }
  if (rest !== '') yield rest;
}
