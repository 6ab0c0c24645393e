import { type ReplyEntry } from '#contracts';
import { type Publication, publicationOf } from '#centrifuge';
import { type Appender } from './appender.js';
import { type ChatPayload, chunkOf, endOf, NOT_CONTINUED, RESET, START } from './chat-payload.js';

/**
 * `string`: JSON in a string, for clients that can only append, and parse what they get. `object`: for those that know
 * `reset`. `plain`: the payload alone, for clients that can only append.
 */
export type Format = 'string' | 'object' | 'plain';

export type Convert = (entry: ReplyEntry) => readonly Publication[];

const ENCODE: Readonly<Record<Format, (payload: ChatPayload) => string>> = {
  string: (payload) => `{"data":${JSON.stringify(JSON.stringify(payload))}}`,
  object: (payload) => `{"data":${JSON.stringify(payload)}}`,
  plain: (payload) => JSON.stringify(payload),
};

/** Events as they are, in each format made once, however many clients get them. */
const made: Readonly<Record<Format, WeakMap<ReplyEntry, Publication>>> = {
  string: new WeakMap(),
  object: new WeakMap(),
  plain: new WeakMap(),
};

/** For clients that can only append. */
export function appending(format: Format, appender: Appender): Convert {
  return (entry) => {
    const payloads = appender.take(entry);
    const [first] = payloads;
    if (payloads.length === 1 && isSame(first!, payloadOf(entry))) return [shared(format, entry)];
    return payloads.map((payload) =>
      encoded(format, payload, payload === NOT_CONTINUED ? appender.cursor : entry.seq),
    );
  };
}

/** For clients that drop their text at a `reset`. */
export const asObjects: Convert = (entry) => [shared('object', entry)];

export function encoded(format: Format, payload: ChatPayload, offset: number): Publication {
  const body = ENCODE[format](payload);
  return format === 'plain' ? { offset, text: body } : publicationOf(body, offset);
}

function shared(format: Format, entry: ReplyEntry): Publication {
  let publication = made[format].get(entry);
  if (!publication) {
    publication = encoded(format, payloadOf(entry), entry.seq);
    made[format].set(entry, publication);
  }
  return publication;
}

function isSame(a: ChatPayload, b: ChatPayload): boolean {
  return a.type === b.type && a.message === b.message;
}

function payloadOf({ event }: ReplyEntry): ChatPayload {
  switch (event.type) {
    case 'started':
      return START;
    case 'delta':
      return chunkOf(event.text);
    case 'reset':
      return RESET;
    case 'end':
      return endOf(event);
  }
}
