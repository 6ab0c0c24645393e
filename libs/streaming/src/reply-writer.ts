import { type ReplyEnd, type ReplyEntry, type ReplyEvent, type ResetReason } from '#contracts';
import { type ReplyLog } from './reply-log.js';

export interface WriterOptions {
  /** How long text is collected after the first token. */
  readonly coalesceMs: number;
  /** Called once when another writer has taken over: whoever writes must stop. */
  readonly onFenced: () => void;
  readonly onError: (error: unknown) => void;
}

/** A later attempt whose log was lost starts at this number × attempt, above every cursor of an earlier one. */
const ATTEMPT_STRIDE = 1_048_576;

/** After a failed append the next one waits this long. */
const RETRY_MS = 250;

/** Entries that go into the log together. */
interface Appending {
  readonly entries: readonly ReplyEntry[];
  /** How often the text had been started anew. */
  readonly draft: number;
}

/**
 * The single writer of one attempt. One append is under way at a time and takes everything that came
 * meanwhile; the first token goes out at once, later ones are collected for a moment. While the log is away the
 * text is kept and written later; when the log was lost, the whole text goes in again behind a `reset`.
 */
export class ReplyWriter {
  #next = 1;
  #text = '';
  #head: ReplyEvent | undefined;
  #pending = '';
  #end: ReplyEnd | undefined;
  /** Entries of an append that failed and may have been written all the same. */
  #uncertain: Appending | undefined;
  #draft = 0;
  #wroteText = false;
  #stopped = false;
  #pumping = false;
  #interruptPause: () => void = () => undefined;
  readonly #finished = Promise.withResolvers<void>();

  constructor(
    private readonly log: ReplyLog,
    private readonly messageId: string,
    private readonly attempt: number,
    private readonly options: WriterOptions,
  ) {}

  /** Opens the attempt: `started` in an empty log, `reset` behind whatever an earlier attempt wrote. */
  async open(reason: ResetReason): Promise<void> {
    if (this.attempt === 1) this.#head = { type: 'started', attempt: 1 };
    else {
      const tail = await this.log.tail(this.messageId).catch(() => undefined);
      this.#next = tail ? tail.seq + 1 : this.attempt * ATTEMPT_STRIDE;
      this.#head = { type: 'reset', attempt: this.attempt, reason };
    }
    this.#wake();
  }

  /** The whole text of this attempt so far. */
  get text(): string {
    return this.#text;
  }

  delta(text: string): void {
    this.#text += text;
    this.#pending += text;
    this.#wake();
  }

  /** Drops the text so far, which readers may have seen, and begins anew within the attempt. */
  restart(reason: ResetReason): void {
    this.#draft += 1;
    this.#text = '';
    this.#pending = '';
    this.#head = { type: 'reset', attempt: this.attempt, reason };
    this.#wake();
  }

  /** Writes what is left and the last event; stops trying after `patienceMs`, since the ledger knows the end. */
  async end(event: ReplyEnd, patienceMs: number): Promise<void> {
    this.#end = event;
    this.#interruptPause();
    this.#wake();
    const timer = setTimeout(() => this.abandon(), patienceMs);
    await this.#finished.promise;
    clearTimeout(timer);
  }

  /** Stops without a last event: the message goes on elsewhere, or nobody can be told. */
  abandon(): void {
    this.#stopped = true;
    this.#interruptPause();
    this.#finished.resolve();
  }

  #wake(): void {
    if (this.#pumping || this.#stopped) return;
    this.#pumping = true;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    while (!this.#stopped && this.#hasWork()) {
      const appended = await this.#append();
      if (!appended) await this.#pause(RETRY_MS);
      else if (this.#wroteText && !this.#end) await this.#pause(this.options.coalesceMs);
    }
    this.#pumping = false;
  }

  #hasWork(): boolean {
    return this.#head !== undefined || this.#pending !== '' || this.#end !== undefined;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#interruptPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** One append; false when it failed and is to be repeated. */
  async #append(): Promise<boolean> {
    try {
      if (await this.#uncertainWasWritten()) return true;
      const [text, end] = [this.#pending, this.#end];
      const appending = { entries: this.#entries(text, end), draft: this.#draft };
      this.#uncertain = appending;
      const result = await this.log.append(this.messageId, appending.entries);
      this.#uncertain = undefined;
      if (result === 'ok') this.#written(appending);
      else if (result === 'lost') this.#startOver();
      else this.#fence();
      return true;
    } catch (error) {
      this.options.onError(error);
      return false;
    }
  }

  /** An append without an answer may have happened: then its first entry lies in the log as we wrote it. */
  async #uncertainWasWritten(): Promise<boolean> {
    const uncertain = this.#uncertain;
    if (!uncertain) return false;
    const ours = uncertain.entries[0]!;
    const [theirs] = await this.log.range(this.messageId, ours.seq - 1, 1);
    const written = JSON.stringify(theirs) === JSON.stringify(ours);
    if (written) this.#written(uncertain);
    this.#uncertain = undefined;
    return written;
  }

  #entries(text: string, end: ReplyEnd | undefined): ReplyEntry[] {
    const events: ReplyEvent[] = [];
    if (this.#head) events.push(this.#head);
    if (text !== '') events.push({ type: 'delta', text });
    if (end) events.push(end);
    return events.map((event, i) => ({ seq: this.#next + i, event }));
  }

  #written({ entries, draft }: Appending): void {
    this.#next += entries.length;
    // What was written of an earlier draft is nothing that still waits to be written.
    if (draft !== this.#draft) return;
    for (const { event } of entries) {
      if (event.type === 'delta') {
        this.#pending = this.#pending.slice(event.text.length);
        this.#wroteText = true;
      } else if (event.type === 'end') this.abandon();
      else this.#head = undefined;
    }
  }

  /** The log lost what we wrote: all of it goes in again, behind a reset that readers at any cursor see. */
  #startOver(): void {
    this.#head = { type: 'reset', attempt: this.attempt, reason: 'stream_lost' };
    this.#pending = this.#text;
  }

  #fence(): void {
    this.abandon();
    this.options.onFenced();
  }
}
