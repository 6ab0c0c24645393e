import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Disk } from './disk.js';

/** Files that are open at once; the disk flushes several together. */
const AT_ONCE = 64;

/**
 * A folder that counts only once all of it is on the disk. Until then a note beside it says that it does not: after a
 * process that was killed, or a machine that lost its power meanwhile, it is made anew.
 */
export class NewFolder {
  readonly #note: string;

  constructor(
    private readonly folder: string,
    private readonly disk: Disk,
  ) {
    this.#note = `${folder}.unfinished`;
  }

  get isThere(): boolean {
    return existsSync(this.folder) && !existsSync(this.#note);
  }

  /** Takes away what an earlier try has left. */
  begin(): void {
    writeFileSync(
      this.#note,
      'The folder beside this file was not finished. It is made anew at the next start.\n',
    );
    this.disk.syncPathNow(this.#note);
    this.disk.syncPathNow(dirname(this.#note));
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Puts everything that is in it on the disk, while somebody may work in it already. */
  async sync(): Promise<void> {
    const entries = readdirSync(this.folder, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    while (files.length > 0) await this.#syncFiles(files.splice(-AT_ONCE));
    for (const entry of entries)
      if (entry.isDirectory()) this.disk.syncPathNow(join(entry.parentPath, entry.name));
    this.disk.syncPathNow(this.folder);
  }

  finish(): void {
    rmSync(this.#note, { force: true });
    this.disk.syncPathNow(dirname(this.#note));
  }

  async #syncFiles(paths: readonly string[]): Promise<void> {
    const open = paths.filter((path) => existsSync(path)).map((path) => this.disk.open(path));
    try {
      await Promise.all(open.map((fd) => this.disk.sync(fd)));
    } finally {
      for (const fd of open) this.disk.close(fd);
    }
  }
}
