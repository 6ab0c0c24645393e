import { InsufficientState } from '../protocol/codes.js';
import { type Publication } from '../protocol/publication.js';
import { type Listener } from './broker.js';

/** A subscriber that has more than this waiting must subscribe again, and recovers what it can. */
const MAX_WAITING = 4_096;
const MAX_CHARACTERS = 4_000_000;

/** What was published for one subscriber and not taken yet. */
export class Mailbox implements Listener {
  #waiting: Publication[] = [];
  #characters = 0;
  #missed = false;
  #wake: () => void = () => undefined;

  constructor(private readonly signal: AbortSignal) {
    signal.addEventListener('abort', () => this.#wake(), { once: true });
  }

  push(publication: Publication): void {
    if (this.#missed) return;
    this.#waiting.push(publication);
    this.#characters += publication.text.length;
    if (this.#waiting.length > MAX_WAITING || this.#characters > MAX_CHARACTERS) return this.gap();
    this.#wake();
  }

  gap(): void {
    this.#missed = true;
    this.#waiting = [];
    this.#wake();
  }

  /** @throws InsufficientState */
  async *batches(): AsyncGenerator<readonly Publication[]> {
    while (!this.signal.aborted) {
      if (this.#missed) throw new InsufficientState('Publications were missed');
      if (this.#waiting.length === 0) {
        await new Promise<void>((resolve) => (this.#wake = resolve));
        continue;
      }
      const batch = this.#waiting;
      this.#waiting = [];
      this.#characters = 0;
      yield batch;
    }
  }
}

/**
 * Drops what the subscriber has, and notices when something is missing; `offset` is the number of the last one it has.
 * @throws InsufficientState
 */
export async function* inSequence(
  batches: AsyncIterable<readonly Publication[]>,
  offset: number,
): AsyncGenerator<readonly Publication[]> {
  let last = offset;
  for await (const batch of batches) {
    const fresh = batch.filter((each) => each.move !== undefined || each.offset > last);
    for (const each of fresh) {
      if (each.move !== undefined) continue;
      if (each.offset !== last + 1) throw new InsufficientState(`After ${last} came ${each.offset}`);
      last = each.offset;
    }
    if (fresh.length > 0) yield fresh;
  }
}
