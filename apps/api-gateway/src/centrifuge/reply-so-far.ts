import { type ReplyEntry } from '#contracts';
import { type Feed } from '../reply-feed.js';

/** A reply as far as it goes now, and what comes later. */
export interface ReplySoFar {
  readonly entries: readonly ReplyEntry[];
  readonly later: AsyncGenerator<readonly ReplyEntry[]>;
}

type Next = ReturnType<Feed['next']>;

/** Reads a feed up to event `top`; where that is not known, what it has at once. */
export async function readSoFar(feed: Feed, top: number | undefined): Promise<ReplySoFar> {
  const entries: ReplyEntry[] = [];
  let next: Next = feed.next();
  while (top === undefined || (entries.at(-1)?.seq ?? 0) < top) {
    const got = await (top === undefined ? Promise.race([next, nextTurn()]) : next);
    if (got === undefined || got.done === true || 'silent' in got.value) break;
    entries.push(...got.value);
    next = feed.next();
  }
  // Whoever goes on reading hears of it; if nobody does, nobody needs to.
  next.catch(() => undefined);
  return { entries, later: later(feed, next) };
}

/** Without the attempts that came to nothing: of a reader who has seen none of them. */
export function lastDraft(entries: readonly ReplyEntry[]): readonly ReplyEntry[] {
  const reset = entries.findLastIndex(({ event }) => event.type === 'reset');
  return reset < 0 ? entries : entries.slice(reset);
}

async function* later(feed: Feed, first: Next): AsyncGenerator<readonly ReplyEntry[]> {
  try {
    for (let got = await first; got.done !== true; got = await feed.next())
      if (!('silent' in got.value)) yield got.value;
  } finally {
    await feed.return(undefined);
  }
}

/** What is made from the ledger is there before the event loop turns. */
function nextTurn(): Promise<undefined> {
  return new Promise((resolve) => setImmediate(() => resolve(undefined)));
}
