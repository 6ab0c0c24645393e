import { type ReplyEntry } from '#contracts';
import { type ChatPayload, chunkOf, endOf, NOT_CONTINUED, START } from './chat-payload.js';
import { Fingerprint } from './fingerprint.js';

/**
 * A reply for a client that can only append, as every client of plain `start`, `chunk`, `end` and `error`. When the
 * answer is begun anew, what the client has cannot be taken back: the new text is held back until it is as long as
 * that. If it begins with it, the client gets the rest and ends with exactly the stored reply; if not, it gets an
 * `error` and nothing more, since anything appended would make a text that nobody wrote.
 */
export class Appender {
  /** The last event of which the client has something; an `error` that it gets for a new text stands there, too. */
  cursor = 0;
  #started = false;
  #done = false;
  #shown = new Fingerprint();
  /** The new text, while it is shorter than what was shown. */
  #again: string | undefined;

  /** Takes an event that the client has had already. */
  recall({ seq, event }: ReplyEntry): void {
    this.cursor = seq;
    this.#started = true;
    if (event.type === 'reset') this.#shown = new Fingerprint();
    else if (event.type === 'delta') this.#shown.add(event.text);
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
    switch (event.type) {
      case 'started':
        return this.#start();
      case 'delta':
        return [...this.#start(), ...this.#append(event.text)];
      case 'reset':
        this.#again = this.#shown.length > 0 ? '' : undefined;
        return this.#start();
      case 'end':
        return this.#end(endOf(event));
    }
  }

  #start(): readonly ChatPayload[] {
    if (this.#started) return [];
    this.#started = true;
    return [START];
  }

  #append(text: string): readonly ChatPayload[] {
    if (this.#again !== undefined) return this.#catchUp(this.#again + text);
    if (text === '') return [];
    this.#shown.add(text);
    return [chunkOf(text)];
  }

  #catchUp(text: string): readonly ChatPayload[] {
    const { length } = this.#shown;
    this.#again = text;
    if (text.length < length) return [];
    if (!new Fingerprint().add(text.slice(0, length)).equals(this.#shown)) return this.breakOff();
    this.#again = undefined;
    return this.#append(text.slice(length));
  }

  /** An answer that failed ends as it did, whatever text the client has. */
  #end(payload: ChatPayload): readonly ChatPayload[] {
    const isShort = this.#again !== undefined && payload.type === 'end';
    this.#done = true;
    return isShort ? [NOT_CONTINUED] : [payload];
  }
}
