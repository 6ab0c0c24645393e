import { z } from 'zod';
import { type Usage } from '#contracts';

/** What the ledger's columns hold. */
const tokens = z.number().int().min(0).max(2_147_483_647);

/** A detail that we can do without. */
const detail = tokens.nullish().catch(undefined);

const usageSchema = z
  .object({
    prompt_tokens: tokens,
    completion_tokens: tokens,
    prompt_tokens_details: z.object({ cached_tokens: detail }).nullish().catch(undefined),
    completion_tokens_details: z.object({ reasoning_tokens: detail }).nullish().catch(undefined),
    /** Kimi's. */
    cached_tokens: detail,
    /** DeepSeek's. */
    prompt_cache_hit_tokens: detail,
  })
  .nullish()
  .catch(undefined);

const text = z.string().nullish();

const toolCallSchema = z.object({
  index: z.number().int().nullish(),
  id: text,
  function: z.object({ name: text, arguments: text }).nullish(),
});

/** The part of a chat completion chunk that we use; everything else may be there and is ignored. */
export const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: text,
            refusal: text,
            /** vLLM's and Ollama's name for what Kimi, Qwen and DeepSeek call `reasoning_content`. */
            reasoning: text,
            reasoning_content: text,
            tool_calls: z.array(toolCallSchema).nullish(),
          })
          .nullish(),
        finish_reason: text,
        /** Kimi's place for it. */
        usage: usageSchema,
      }),
    )
    .nullish(),
  usage: usageSchema,
  error: z.unknown().optional(),
});

export type Chunk = z.output<typeof chunkSchema>;
export type ToolCallPiece = z.output<typeof toolCallSchema>;

export function usageOf({ usage, choices }: Chunk): Usage | undefined {
  const said = usage ?? choices?.[0]?.usage;
  if (!said) return undefined;
  const cachedTokens =
    said.prompt_tokens_details?.cached_tokens ?? said.cached_tokens ?? said.prompt_cache_hit_tokens;
  const reasoningTokens = said.completion_tokens_details?.reasoning_tokens;
  return {
    promptTokens: said.prompt_tokens,
    completionTokens: said.completion_tokens,
    estimated: false,
    ...(typeof cachedTokens === 'number' && { cachedTokens }),
    ...(typeof reasoningTokens === 'number' && { reasoningTokens }),
  };
}
