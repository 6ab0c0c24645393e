import { createParser } from 'eventsource-parser';
import { z } from 'zod';
import { AppError } from '#contracts';
import { type ProviderEvent } from '../provider.js';
import { mapStreamError } from './map-error.js';

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
  usage: z
    .object({ prompt_tokens: z.number().int().min(0), completion_tokens: z.number().int().min(0) })
    .nullish()
    .catch(undefined),
  error: z.unknown().optional(),
});

/** A single event may be this long; a longer one is not an answer but an attack or a fault. */
const MAX_EVENT_LENGTH = 4_194_304;

/** Server-sent events of a chat completion as provider events; one `finish` when the answer was complete. */
export async function* readStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<ProviderEvent> {
  let reason: string | null = null;
  let usage: { prompt_tokens: number; completion_tokens: number } | undefined;
  let answered = false;
  let done = false;
  for await (const data of serverSentData(body)) {
    if (data === '[DONE]') {
      done = true;
      break;
    }
    const chunk = parseChunk(data);
    usage = chunk.usage ?? usage;
    const choice = chunk.choices?.[0];
    answered ||= choice !== undefined;
    if (choice?.delta?.content) yield { type: 'delta', text: choice.delta.content };
    else if (choice?.delta?.reasoning || choice?.delta?.reasoning_content) yield { type: 'thinking' };
    reason = choice?.finish_reason ?? reason;
  }
  if (!done && reason === null)
    throw new AppError(
      'provider_bad_response',
      'The stream of the provider ended in the middle of the answer',
    );
  if (!answered) throw new AppError('provider_bad_response', 'The provider sent no answer at all');
  yield {
    type: 'finish',
    reason,
    ...(usage && {
      usage: {
        promptTokens: usage.prompt_tokens,
        completionTokens: usage.completion_tokens,
        estimated: false,
      },
    }),
  };
}

/** The data of each event, whatever way the bytes are cut. */
async function* serverSentData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let ready: string[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent: ({ data }) => ready.push(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded')
        throw new AppError('provider_bad_response', 'The provider sent an event without end');
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

function parseChunk(data: string): z.output<typeof chunkSchema> {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch (cause) {
    throw new AppError('provider_bad_response', 'The provider sent an event that is not JSON', { cause });
  }
  const parsed = chunkSchema.safeParse(json);
  if (!parsed.success)
    throw new AppError('provider_bad_response', 'The provider sent an event of an unknown shape', {
      cause: parsed.error,
    });
  if (parsed.data.error) throw mapStreamError(parsed.data.error);
  return parsed.data;
}
