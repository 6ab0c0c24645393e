import { z } from 'zod';
import { type Usage } from '#contracts';

/** What the ledger's columns hold. */
const tokens = z.number().int().min(0).max(2_147_483_647).nullish().catch(undefined);

const usageSchema = z
  .object({
    input_tokens: tokens,
    cache_creation_input_tokens: tokens,
    cache_read_input_tokens: tokens,
    output_tokens: tokens,
    output_tokens_details: z.object({ thinking_tokens: tokens }).nullish().catch(undefined),
  })
  .nullish()
  .catch(undefined);

const text = z.string().nullish();

/** The part of any of the API's events that we use; new types may come at any time and are ignored. */
export const eventSchema = z.object({
  /** Undefined in what a proxy on the way says. */
  type: z.string().optional(),
  index: z.number().int().nullish(),
  message: z.object({ usage: usageSchema }).nullish(),
  content_block: z.object({ type: z.string(), id: text, name: text, text, thinking: text }).nullish(),
  delta: z.object({ type: text, text, thinking: text, partial_json: text, stop_reason: text }).nullish(),
  usage: usageSchema,
  error: z.unknown().optional(),
});

export type StreamEvent = z.output<typeof eventSchema>;

type Counts = NonNullable<StreamEvent['usage']>;

/** Usage as it is known so far: the counts grow, and later events repeat them or leave them out. */
export class UsageSoFar {
  #counts: Counts = {};

  add(counts: StreamEvent['usage']): void {
    const said = Object.entries(counts ?? {}).filter(([, value]) => value !== null && value !== undefined);
    this.#counts = { ...this.#counts, ...Object.fromEntries(said) };
  }

  /** What is read from the cache or written to it is counted apart from the rest of the prompt. */
  get usage(): Usage | undefined {
    const { input_tokens, output_tokens, output_tokens_details } = this.#counts;
    if (typeof input_tokens !== 'number' || typeof output_tokens !== 'number') return undefined;
    const cached = this.#counts.cache_read_input_tokens;
    const thinking = output_tokens_details?.thinking_tokens;
    return {
      promptTokens: input_tokens + (cached ?? 0) + (this.#counts.cache_creation_input_tokens ?? 0),
      completionTokens: output_tokens,
      estimated: false,
      ...(typeof cached === 'number' && { cachedTokens: cached }),
      ...(typeof thinking === 'number' && { reasoningTokens: thinking }),
    };
  }
}
