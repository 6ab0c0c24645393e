import { createParser } from 'eventsource-parser';
import { badResponse } from './bad-response.js';

/** A single event may be this long; a longer one is not an answer but an attack or a fault. */
const MAX_EVENT_LENGTH = 4_194_304;

/** The data of each server-sent event, whatever way the bytes are cut. */
export async function* serverSentData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let ready: string[] = [];
  const parser = createParser({
    maxBufferSize: MAX_EVENT_LENGTH,
    onEvent: ({ data }) => ready.push(data),
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded')
        throw badResponse('The provider sent an event without end');
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
