import { resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { Database } from '../database.js';
import { SEARCH_PATH } from '../search-path.js';
import { type Disk, REAL_DISK } from './disk.js';
import { copyNewDatabase, embeddedParts, type Parts } from './embedded-parts.js';
import { EmbeddedPool } from './embedded-pool.js';
import { FolderLock } from './folder-lock.js';
import { NewFolder } from './new-folder.js';
import { EmbeddedServer } from './server.js';
import { EmbeddedSession } from './session.js';
import { SyncedFiles } from './synced-files.js';
import { WriteAheadLog } from './write-ahead-log.js';

/** In place of PGlite's `-F`, which leaves it to chance when something reaches the disk. */
const SETTINGS = {
  fsync: 'on',
  // `fdatasync` does nothing in it, `fsync` is ours.
  wal_sync_method: 'fsync',
  wal_init_zero: 'off',
  // All of it is written with zeros at each start: 128 MB, the default, take a tenth of a second and of a gigabyte.
  shared_buffers: '32MB',
};

/** @throws FolderInUseError when another process has the folder. */
export async function openEmbedded(dataDir: string, disk: Disk = REAL_DISK): Promise<Database> {
  const lock = new FolderLock(dataDir);
  try {
    return await open(resolve(dataDir, 'postgres'), disk, () => lock.release());
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function open(folder: string, disk: Disk, release: () => void): Promise<Database> {
  const parts = embeddedParts();
  const openSession = async (restsOn?: Promise<void>) => openFolder(folder, disk, await parts, restsOn);
  const first = await makeAndOpen(folder, disk, openSession);
  const server = new EmbeddedServer(
    first,
    () => openSession(),
    (error) => pool.tell(error),
  );
  const pool = new EmbeddedPool(server);
  return new Database(pool, 'embedded', async () => {
    await server.close();
    release();
  });
}

/** The folder is made if it is not there: copied, where there is a database to copy, or by `initdb`. */
async function makeAndOpen(
  folder: string,
  disk: Disk,
  openSession: (restsOn?: Promise<void>) => Promise<EmbeddedSession>,
): Promise<EmbeddedSession> {
  const made = new NewFolder(folder, disk);
  if (made.isThere) return openSession();
  made.begin();
  // What is copied is synced while the database opens it, which syncs for itself what it writes.
  if (await copyNewDatabase(folder)) return openSession(made.sync().then(() => made.finish()));
  const session = await openSession();
  await made.sync();
  made.finish();
  return session;
}

async function openFolder(
  folder: string,
  disk: Disk,
  parts: Parts,
  restsOn?: Promise<void>,
): Promise<EmbeddedSession> {
  const log = new WriteAheadLog(disk);
  if (restsOn) log.restOn(restsOn);
  const files = new SyncedFiles(folder, log, disk);
  try {
    const database = await PGlite.create({ fs: files, startParams: startParams(), ...parts });
    await database.exec(`SET search_path TO ${SEARCH_PATH}; SET timezone TO 'UTC'`);
    return new EmbeddedSession(database, files, log);
  } catch (error) {
    await files.closeFs().catch(() => undefined);
    throw error;
  }
}

function startParams(): string[] {
  const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return [...PGlite.defaultStartParams.filter((param) => param !== '-F'), ...settings];
}
