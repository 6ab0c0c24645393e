import { type Readable, type Writable } from 'node:stream';
import { printable } from './printable.js';

/** Where a command reads and writes: answers go to the output, everything else to the error output. */
export class Terminal {
  #progress = '';

  constructor(
    readonly input: Readable & { isTTY?: boolean },
    readonly output: Writable & { isTTY?: boolean; columns?: number; rows?: number },
    private readonly errors: Writable & { isTTY?: boolean; columns?: number },
    /** Answers are JSON for programs, and nothing else is on the output. */
    readonly asJson: boolean,
  ) {}

  /** The answer of the command: JSON, or what `text` makes of it for people. */
  answer(value: unknown, text: () => string): void {
    this.#clear();
    this.output.write(`${this.asJson ? JSON.stringify(value, null, 2) : text()}\n`);
  }

  /** One of many answers: a line of JSON, or a line for people. */
  line(value: unknown, text: () => string): void {
    this.#clear();
    this.output.write(`${this.asJson ? JSON.stringify(value) : text()}\n`);
  }

  /** A piece of a reply. What a model says cannot move the cursor of a terminal, or rename its window. */
  write(text: string): void {
    this.#clear();
    this.output.write(this.output.isTTY ? printable(text) : text);
  }

  /** For people only, beside the answer. */
  note(text: string): void {
    if (!this.asJson) this.fail(text);
  }

  /** Why there is no answer: the one thing on the error output where answers are JSON. */
  fail(text: string): void {
    this.#clear();
    this.errors.write(`${text}\n`);
  }

  /** A line that is replaced by the next thing that is written; only where somebody looks. */
  progress(text: string): void {
    if (!this.errors.isTTY || this.asJson) return;
    this.#clear();
    this.#progress = text.slice(0, (this.errors.columns ?? 80) - 1);
    this.errors.write(this.#progress);
  }

  #clear(): void {
    if (this.#progress === '') return;
    this.#progress = '';
    this.errors.write('\r\u001b[K');
  }
}
