import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';

/** Files that are written at once; the disk flushes several together. */
const AT_ONCE = 16;

/** Few pieces, which must be put together. */
const CHUNK_BYTES = 16_777_216;

interface Index {
  readonly folders: readonly string[];
  readonly files: readonly (readonly [path: string, size: number])[];
}

/** A folder as one piece of bytes: a line that names what is in it, then its files one after the other, compressed. */
export function packFolder(folder: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const pathOf = ({ parentPath, name }: (typeof entries)[number]) =>
    join(parentPath, name).slice(folder.length + 1);
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map(pathOf)
    .toSorted();
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(pathOf)
    .toSorted();
  const contents = paths.map((path) => readFileSync(join(folder, path)));
  const index: Index = { folders, files: paths.map((path, i) => [path, contents[i]!.length]) };
  return gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(index)}\n`), ...contents]), { level: 9 });
}

/**
 * Makes the folder again, on disk, and under its name only when it is whole: who is killed meanwhile leaves nothing
 * that looks like one.
 */
export async function unpackFolder(archive: Uint8Array, folder: string): Promise<void> {
  const bytes = await promisify(gunzip)(archive, { chunkSize: CHUNK_BYTES });
  const begin = bytes.indexOf('\n') + 1;
  const { folders, files } = JSON.parse(bytes.subarray(0, begin).toString()) as Index;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (const path of ['.', ...folders]) mkdirSync(join(unfinished, path), { recursive: true, mode: 0o700 });
  let at = begin;
  const parts = files.map(([path, size]) => ({
    file: join(unfinished, path),
    content: bytes.subarray(at, (at += size)),
  }));
  await Promise.all(Array.from({ length: AT_ONCE }, () => writeAll(parts)));
  renameSync(unfinished, folder);
}

/** Takes one part after the other, until there is none. */
async function writeAll(parts: { file: string; content: Uint8Array }[]): Promise<void> {
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const file = await open(part.file, 'w', 0o600);
    try {
      await file.writeFile(part.content);
      await file.datasync();
    } finally {
      await file.close();
    }
  }
}
