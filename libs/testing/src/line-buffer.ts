const KEPT_CHARACTERS = 1_000_000;

/** The lines that the streams of one process printed; the newest are kept, and each is told to the listeners. */
export class LineBuffer {
  readonly #listeners = new Set<(line: string) => void>();
  readonly #unfinished = new Map<NodeJS.ReadableStream, string>();
  #text = '';

  /** Whole lines, then whatever has no end yet. */
  get text(): string {
    return this.#text + [...this.#unfinished.values()].join('');
  }

  /** Each stream keeps its own unfinished line, so that two streams cannot break each other's. */
  collect(stream: NodeJS.ReadableStream): void {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = ((this.#unfinished.get(stream) ?? '') + text).split('\n');
      this.#unfinished.set(stream, lines.pop() ?? '');
      for (const line of lines) this.#add(line);
    });
  }

  find(matches: (line: string) => boolean): string | undefined {
    return this.#text.split('\n').slice(0, -1).find(matches);
  }

  /** Gives back how to stop listening. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #add(line: string): void {
    this.#text += `${line}\n`;
    if (this.#text.length > 2 * KEPT_CHARACTERS) this.#text = this.#text.slice(-KEPT_CHARACTERS);
    for (const listener of this.#listeners) listener(line);
  }
}
