import { type ReplyEvent } from '#contracts';

/** How much of a reply a reader has: so many UTF-16 units, and their checksum (FNV-1a). */
export interface Had {
  readonly length: number;
  readonly check: number;
}

export const NOTHING: Had = { length: 0, check: 0x811c9dc5 };

/** What an event adds to the text that a reader has. */
export interface Growth {
  readonly text: string;
  /** The reader has something else: it must drop that, and this is the whole text so far. */
  readonly startsAnew: boolean;
}

const NO_GROWTH: Growth = { text: '', startsAnew: false };

/**
 * Makes of the events of a reply a text that only grows, for clients that cannot take anything back. When a reply begins
 * again (a retry, a lost log, a reply read from the ledger) what the reader has already is compared with how the new text
 * begins, and only what follows is handed on; where they differ the reader is told. Of the text only a checksum is kept.
 */
export class GrowingText {
  /** A text that has begun again and has not caught up yet; undefined: the reader has all of it. */
  #draft: string | undefined;

  constructor(private had: Had = NOTHING) {}

  get known(): Had {
    return this.had;
  }

  take(event: ReplyEvent): Growth {
    switch (event.type) {
      case 'started':
      case 'reset':
        if (this.had.length > 0) this.#draft = '';
        return NO_GROWTH;
      case 'delta':
        return this.#draft === undefined ? this.#grow(event.text) : this.#catchUp(this.#draft + event.text);
      case 'end':
        // What failed before it had said anything takes nothing back.
        return this.#draft === undefined || (this.#draft === '' && event.status !== 'completed')
          ? NO_GROWTH
          : this.#startAnew(this.#draft);
    }
  }

  #grow(text: string): Growth {
    this.had = more(this.had, text);
    return { text, startsAnew: false };
  }

  #catchUp(draft: string): Growth {
    this.#draft = draft;
    const { length, check } = this.had;
    if (draft.length < length) return NO_GROWTH;
    if (more(NOTHING, draft.slice(0, length)).check !== check) return this.#startAnew(draft);
    this.#draft = undefined;
    return this.#grow(draft.slice(length));
  }

  #startAnew(text: string): Growth {
    this.#draft = undefined;
    this.had = more(NOTHING, text);
    return { text, startsAnew: true };
  }
}

/** By UTF-16 units, so that it does not matter where the text was cut. */
function more({ length, check }: Had, text: string): Had {
  let hash = check;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return { length: length + text.length, check: hash >>> 0 };
}
