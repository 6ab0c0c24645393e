import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { AppError, type Usage } from '#contracts';
import { type ProviderEvent } from '../provider.js';
import { mapStreamError } from './map-error.js';

/** What the ledger's columns hold. */
const tokens = z.number().int().min(0).max(2_147_483_647);

/** The part of a chat completion chunk that we use; everything else may be there and is ignored. */
const chunkSchema = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            reasoning: z.string().nullish(),
            reasoning_content: z.string().nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: z.object({ prompt_tokens: tokens, completion_tokens: tokens }).nullish().catch(undefined),
  error: z.unknown().optional(),
});

/** A single event may be this long; a longer one is not an answer but an attack or a fault. */
const MAX_EVENT_LENGTH = 4_194_304;

type Chunk = z.output<typeof chunkSchema>;

/**
 * Server-sent events of a chat completion as provider events; one `finish` when the answer was complete. It reads on
 * to the end of the body even then, since a body that is left unread costs its connection.
 */
export async function* readStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<ProviderEvent> {
  const answer = new Answer();
  let done = false;
  for await (const data of serverSentData(body)) {
    if (done) continue;
    done = data === '[DONE]';
    const event = done ? answer.finish(true) : answer.take(parseChunk(data));
    if (event) yield event;
  }
  if (!done) yield answer.finish(false);
}

/** What the chunks of one answer add up to. */
class Answer {
  #reason: string | null = null;
  #usage: Chunk['usage'];
  #begun = false;

  take({ choices, usage }: Chunk): ProviderEvent | undefined {
    this.#usage = usage ?? this.#usage;
    const choice = choices?.[0];
    if (!choice) return undefined;
    this.#begun = true;
    this.#reason = choice.finish_reason ?? this.#reason;
    const { content, reasoning, reasoning_content } = choice.delta ?? {};
    if (content) return { type: 'delta', text: content };
    return reasoning || reasoning_content ? { type: 'thinking' } : undefined;
  }

  /** @throws AppError provider_bad_response when the answer is not whole */
  finish(done: boolean): ProviderEvent {
    if (!done && this.#reason === null)
      throw bad('The stream of the provider ended in the middle of the answer');
    if (!this.#begun) throw bad('The provider sent no answer at all');
    return { type: 'finish', reason: this.#reason, ...(this.#usage && { usage: toUsage(this.#usage) }) };
  }
}

function toUsage({ prompt_tokens, completion_tokens }: NonNullable<Chunk['usage']>): Usage {
  return { promptTokens: prompt_tokens, completionTokens: completion_tokens, estimated: false };
}

function bad(message: string, cause?: unknown): AppError {
  return new AppError('provider_bad_response', message, { cause });
}

/** The data of each event, whatever way the bytes are cut. */
async function* serverSentData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let ready: string[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent: ({ data }) => ready.push(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') throw bad('The provider sent an event without end');
    },
  });
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    const events = ready;
    ready = [];
    yield* events;
  }
  // A last event may lack its blank line.
  parser.reset({ consume: true });
  yield* ready;
}

function parseChunk(data: string): Chunk {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch (cause) {
    throw bad('The provider sent an event that is not JSON', cause);
  }
  const parsed = chunkSchema.safeParse(json);
  if (!parsed.success) throw bad('The provider sent an event of an unknown shape', parsed.error);
  if (parsed.data.error) throw mapStreamError(parsed.data.error);
  return parsed.data;
}
