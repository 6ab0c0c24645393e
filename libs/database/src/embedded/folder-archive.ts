import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzipSync } from 'node:zlib';

/** Few pieces, which must be put together. */
const CHUNK_BYTES = 16_777_216;

interface Index {
  readonly folders: readonly string[];
  /** A file ends in as many zeros as it is longer than what is kept of it: a new log is hardly anything else. */
  readonly files: readonly (readonly [path: string, kept: number, size: number])[];
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
  const files = entries
    .filter((entry) => entry.isFile())
    .map(pathOf)
    .toSorted()
    .map((path) => ({ path, content: readFileSync(join(folder, path)) }))
    .map(({ path, content }) => ({ path, kept: withoutZeros(content), size: content.length }));
  const index: Index = { folders, files: files.map(({ path, kept, size }) => [path, kept.length, size]) };
  const line = Buffer.from(`${JSON.stringify(index)}\n`);
  return gzipSync(Buffer.concat([line, ...files.map(({ kept }) => kept)]), { level: 9 });
}

/** Makes the folder again. The files are few and small: one thread writes them sooner than it hands them to others. */
export async function unpackFolder(archive: Uint8Array, folder: string): Promise<void> {
  const bytes = await promisify(gunzip)(archive, { chunkSize: CHUNK_BYTES });
  const begin = bytes.indexOf('\n') + 1;
  const { folders, files } = JSON.parse(bytes.subarray(0, begin).toString()) as Index;
  for (const path of ['.', ...folders]) mkdirSync(join(folder, path), { recursive: true, mode: 0o700 });
  let at = begin;
  for (const [path, kept, size] of files) {
    const file = join(folder, path);
    writeFileSync(file, bytes.subarray(at, (at += kept)), { mode: 0o600 });
    if (size > kept) truncateSync(file, size);
  }
}

function withoutZeros(content: Buffer): Buffer {
  let end = content.length;
  while (end > 0 && content[end - 1] === 0) end -= 1;
  return content.subarray(0, end);
}
