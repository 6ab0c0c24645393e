import { existsSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { FolderInUseError, FolderLock } from '#database';
import { type Finding, Findings } from './finding.js';
import { reasonOf } from './reason-of.js';

const LEAST_FREE_BYTES = 1_000_000_000;

/** Can the embedded database live in its folder? */
export function checkFolder(folder: string, runs: boolean): Finding[] {
  const found = new Findings('data folder');
  const place = resolve(folder);
  const there = nearest(place);
  try {
    rmSync(mkdtempSync(join(there, '.doctor-')), { recursive: true });
  } catch (error) {
    const fix = `Give it to the user that runs the system (chown -R $USER ${place}), or name another one with DATA_DIR.`;
    return found.problem(`${place} cannot be written: ${reasonOf(error)}`, fix).list;
  }
  judgeRoom(found, there);
  // A folder that is not there yet nobody has; to look is not to make it.
  if (!runs && there === place) judgeLock(found, place);
  return found.orElse(`${place} can be written`);
}

/** The folder itself, or the one in which it would be made. */
function nearest(place: string): string {
  return existsSync(place) || dirname(place) === place ? place : nearest(dirname(place));
}

function judgeRoom(found: Findings, place: string): void {
  const { bavail, bsize } = statfsSync(place);
  if (bavail * bsize >= LEAST_FREE_BYTES) return;
  const megabytes = Math.round((bavail * bsize) / 1_000_000);
  found.warning(
    `Only ${megabytes} MB are free in ${place}`,
    'Make room, or name a folder on another disk with DATA_DIR.',
  );
}

function judgeLock(found: Findings, place: string): void {
  try {
    new FolderLock(place).release();
  } catch (error) {
    if (!(error instanceof FolderInUseError)) throw error;
    found.problem(
      error.message.split('. ')[0]!,
      'Stop that process, or give this one a folder (DATA_DIR) and a port (PORT) of its own.',
    );
  }
}
