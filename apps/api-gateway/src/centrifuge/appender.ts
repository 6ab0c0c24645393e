import { type ReplyEntry } from '#contracts';
import { GrowingText } from '../growing-text.js';
import { type ChatPayload, chunkOf, endOf, NOT_CONTINUED, START } from './chat-payload.js';

/**
 * A reply for a client that can only append, as every client of plain `start`, `chunk`, `end` and `error`. When the
 * answer is begun anew and differently, what the client has cannot be taken back: it gets an `error` and nothing more,
 * since anything appended would make a text that nobody wrote.
 */
export class Appender {
  /** The last event of which the client has something; an `error` that it gets for a new text stands there, too. */
  cursor = 0;
  #started = false;
  #done = false;
  #text = new GrowingText();

  /** Takes an event that the client has had already. */
  recall({ seq, event }: ReplyEntry): void {
    this.cursor = seq;
    this.#started = true;
    if (event.type === 'reset') this.#text = new GrowingText();
    else if (event.type === 'delta') this.#text.take(event);
  }

  /** What the client is to be told of an event that it has not had. */
  take(entry: ReplyEntry): readonly ChatPayload[] {
    if (this.#done) return [];
    const payloads = this.#payloadsOf(entry);
    if (payloads.length > 0 && payloads[0] !== NOT_CONTINUED) this.cursor = entry.seq;
    return payloads;
  }

  /** The client has something of which nobody knows what it is. */
  breakOff(): readonly ChatPayload[] {
    this.#done = true;
    return [NOT_CONTINUED];
  }

  #payloadsOf({ event }: ReplyEntry): readonly ChatPayload[] {
    const { text, startsAnew } = this.#text.take(event);
    const isEnd = event.type === 'end';
    // An answer that failed ends as it did, whatever text the client has.
    if (startsAnew && !(isEnd && event.status !== 'completed')) return this.breakOff();
    this.#done = isEnd;
    return [
      ...(isEnd ? [] : this.#start()),
      ...(text === '' || startsAnew ? [] : [chunkOf(text)]),
      ...(isEnd ? [endOf(event)] : []),
    ];
  }

  #start(): readonly ChatPayload[] {
    if (this.#started) return [];
    this.#started = true;
    return [START];
  }
}
