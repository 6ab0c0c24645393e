import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process has the data folder. */
export class FolderInUseError extends Error {
  override readonly name = 'FolderInUseError';
}

/**
 * Takes a data folder for this process alone. The lock is a file lock of the operating system, held through
 * an SQLite file, so it vanishes with the process however that dies; Node itself offers no file locks.
 */
export class FolderLock {
  readonly #lock: DatabaseSync;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    const pidFile = resolve(folder, 'owner.pid');
    this.#lock = new DatabaseSync(resolve(folder, 'owner.lock'), { timeout: 0 });
    try {
      this.#lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    } catch (cause) {
      throw new FolderInUseError(
        `The data folder ${resolve(folder)} is in use by process ${readPid(pidFile)}. ` +
          'Stop that process, or start this one with another folder (DATA_DIR) and port (PORT).',
        { cause },
      );
    }
    writeFileSync(pidFile, String(process.pid));
  }

  release(): void {
    this.#lock.close();
  }
}

function readPid(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '(unknown)';
  }
}
