import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { getAssetKeys, getRawAsset, isSea } from 'node:sea';

/** Stands before the path of a file that is inside of the executable. */
const INSIDE = 'llmq:';

/**
 * The place of a file that comes with the system, such as `configs/providers.yaml`: beside the code, or inside of
 * the executable, where only `readShipped` finds it.
 */
export function shippedPlace(path: string): string {
  return isSea() ? `${INSIDE}${path}` : join(packageRoot(), path);
}

/** Whether a place is a file that can change while we run. */
export function isOnDisk(place: string): boolean {
  return !place.startsWith(INSIDE);
}

/** The bytes at a place, be it anywhere on the disk or inside of the executable; throws where there is nothing. */
export function readPlace(place: string): Uint8Array {
  return isOnDisk(place) ? readFileSync(place) : new Uint8Array(getRawAsset(place.slice(INSIDE.length)));
}

/** A file that comes with the system; undefined: there is none of this name. */
export function readShipped(path: string): Uint8Array | undefined {
  try {
    return readPlace(shippedPlace(path));
  } catch {
    return undefined;
  }
}

export function readShippedText(path: string): string | undefined {
  const bytes = readShipped(path);
  return bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Everything that comes with the system in a folder, such as `examples`, by its path. */
export function listShipped(folder: string): string[] {
  const found = isSea()
    ? getAssetKeys().filter((path) => path.startsWith(`${folder}/`))
    : globSync(`${folder}/**/*.*`, { cwd: packageRoot() });
  return found.toSorted();
}

/** From the sources as from `dist`: the nearest folder with a manifest. */
function packageRoot(folder = import.meta.dirname): string {
  const parent = dirname(folder);
  return existsSync(join(folder, 'package.json')) || parent === folder ? folder : packageRoot(parent);
}
