import { closeSync, fdatasync, fdatasyncSync, openSync, statSync } from 'node:fs';
import { promisify } from 'node:util';

const datasync = promisify(fdatasync);

/** Some systems (Windows) keep the names of a folder without being told, and let nobody open it. */
const NEEDLESS = new Set(['EISDIR', 'EPERM', 'EACCES', 'EINVAL']);

/** What the embedded database asks of the operating system: that what was written is on the disk. */
export interface Disk {
  /** A file that is there, to be synced. */
  open(path: string): number;
  close(fd: number): void;
  sync(fd: number): Promise<void>;
  syncNow(fd: number): void;
  /** A file, or a folder with the names in it. */
  syncPathNow(path: string): void;
}

export const REAL_DISK: Disk = {
  open: (path) => openSync(path, 'r+'),
  close: (fd) => closeSync(fd),
  sync: (fd) => datasync(fd),
  syncNow: (fd) => fdatasyncSync(fd),
  syncPathNow,
};

function syncPathNow(path: string): void {
  const isFolder = statSync(path).isDirectory();
  let fd: number | undefined;
  try {
    fd = openSync(path, isFolder ? 'r' : 'r+');
    fdatasyncSync(fd);
  } catch (error) {
    if (!isFolder || !NEEDLESS.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
