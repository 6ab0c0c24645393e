import { z } from 'zod';

const ms = z.number().nonnegative();
const count = z.int().nonnegative();

/** One of the limits of an account; nonsense is allowed, as some gateways send it. */
const limit = z.strictObject({ limit: z.number(), remaining: z.number(), resetMs: ms });

/** How the fake upstream answers one call; `{}` is a healthy model that repeats the last user message. */
export const behaviourSchema = z.strictObject({
  /**
   * 'echo': the text of the last user message. 'transcript': the JSON of all messages received. Otherwise the
   * text itself. When left out: `chunks` numbered words when `chunks` is given, 'echo' when not.
   */
  reply: z.string().optional(),
  /** Content deltas that the reply is cut into, at most one per character; one per word when left out. */
  chunks: z.int().positive().optional(),
  /** Silence before the headers. */
  headersDelayMs: ms.optional(),
  /** Silence after the headers of a stream; before the headers of any other answer. */
  firstChunkDelayMs: ms.optional(),
  /** Silence before every content delta but the first; a reply that is not streamed takes as long in all. */
  chunkDelayMs: ms.optional(),
  finishReason: z.enum(['stop', 'length', 'content_filter', 'tool_calls']).optional(),
  /** Streamed before the reply, as what the model thinks. */
  reasoning: z.string().optional(),
  /** The model asks for these tools; it then says nothing unless `reply` or `chunks` is given. */
  toolCalls: z.array(z.strictObject({ name: z.string(), arguments: z.string() })).optional(),
  /** Of the prompt, in the usage. */
  cachedTokens: count.optional(),
  /** Of the reply, in the usage. */
  reasoningTokens: count.optional(),
  /** In the headers of whatever is answered, as the API writes them. */
  rateLimit: z
    .strictObject({
      requests: limit,
      tokens: limit,
      /** Anthropic's. */
      'input-tokens': limit,
      'output-tokens': limit,
    })
    .partial()
    .optional(),
  contentType: z.string().optional(),
  /** Each byte of the body is sent alone, one per so many ms. */
  dripBytes: ms.optional(),
  /** No usage, even where the client asked for it. */
  noUsage: z.boolean().optional(),
  /** The stream ends in order but without `data: [DONE]`. */
  noDone: z.boolean().optional(),
  /** true: no chunk (or body) holds a choice. 'first': one chunk without choices precedes a healthy stream. */
  emptyChoices: z.union([z.boolean(), z.literal('first')]).optional(),

  /** An HTTP error, or with `html` the status of the page. */
  status: z.int().min(200).max(599).optional(),
  /** The header in seconds, or as an HTTP date. */
  retryAfter: z.union([z.number(), z.string()]).optional(),
  /** The header `retry-after-ms`. */
  retryAfterMs: z.number().optional(),
  /** The whole body of the error, sent as it is when it is text; the API's error for `status` when left out. */
  errorBody: z.unknown().optional(),
  /** A proxy's HTML page in place of JSON. */
  html: z.boolean().optional(),
  /** A 200 whose body is broken: invalid JSON, in a stream after its first delta. */
  garbage: z.boolean().optional(),
  /** An error in a 200: in a stream after so many deltas (true: after all of them), which then ends. */
  errorInStream: z.union([z.boolean(), count]).optional(),

  /** The connection is destroyed in place of an answer. */
  cutBeforeHeaders: z.boolean().optional(),
  /** The connection is destroyed after so many deltas; without streaming, in the middle of the body. */
  cutAfterChunks: count.optional(),
  /** Nothing is ever sent. */
  hangBeforeHeaders: z.boolean().optional(),
  /** Nothing is sent after so many deltas; without streaming, after half of the body. */
  hangAfterChunks: count.optional(),

  /** The whole answer as it goes over the wire, head and body, to a POST of any path; the connection then ends. */
  raw: z.string().optional(),
  /** … or stays open. */
  rawHangs: z.boolean().optional(),
});

export type Behaviour = z.infer<typeof behaviourSchema>;

/** A list, or one behaviour for every call. */
export const scriptSchema = z.union([
  z.array(behaviourSchema).min(1),
  behaviourSchema.transform((one) => [one]),
]);
