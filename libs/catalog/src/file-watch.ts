import { unwatchFile, watchFile } from 'node:fs';

/**
 * Tells when one of some files changed, by looking at them every `everyMs`: that also works for mounted volumes,
 * for links that are set anew, and for files that come back. It keeps no process alive.
 */
export class FileWatch {
  constructor(
    private readonly files: readonly string[],
    private readonly everyMs: number,
    private readonly onChange: () => void,
  ) {}

  readonly #look = (): void => this.onChange();

  start(): void {
    for (const file of this.files) watchFile(file, { persistent: false, interval: this.everyMs }, this.#look);
  }

  stop(): void {
    for (const file of this.files) unwatchFile(file, this.#look);
  }
}
