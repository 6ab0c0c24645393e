import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { NEW_DATABASE } from '#database';
import { assetsOf } from './binary/assets.js';
import { bundle } from './binary/bundle.js';
import { packedDatabase } from './binary/new-database.js';

/**
 * Makes one executable of the whole system and its command line: `dist/binary/llmq`. It is the Node that runs this
 * script, with the program and its files inside (a "single executable application").
 */
const ROOT = resolve(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'dist/binary');
const IS_WINDOWS = process.platform === 'win32';
const EXECUTABLE = join(FOLDER, IS_WINDOWS ? 'llmq.exe' : 'llmq');

/** By these Node finds that something was put into it; they are its own. */
const SLOT = 'NODE_SEA_BLOB';
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/** Program and files as Node wants them put into it. */
function makeBlob(program: string, database: string): string {
  const output = join(FOLDER, 'llmq.blob');
  const config = join(FOLDER, 'llmq.sea.json');
  const settings = {
    main: program,
    output,
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: true,
    assets: { ...assetsOf(ROOT), [NEW_DATABASE]: database },
  };
  writeFileSync(config, JSON.stringify(settings, null, 2));
  execFileSync(process.execPath, ['--experimental-sea-config', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return output;
}

function inject(blob: string): void {
  const postject = join(ROOT, 'node_modules/postject/dist/cli.js');
  const segment = process.platform === 'darwin' ? ['--macho-segment-name', 'NODE_SEA'] : [];
  const args = [postject, EXECUTABLE, SLOT, blob, '--sentinel-fuse', FUSE, ...segment];
  execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A signature would not be true any more, so it is taken off and made anew, where the system asks for one. */
function sign(...args: string[]): void {
  if (process.platform === 'darwin') execFileSync('codesign', [...args, EXECUTABLE]);
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const program = join(FOLDER, 'llmq.cjs');
await bundle(join(ROOT, 'dist/apps/server/src/llmq.js'), program);
const database = join(FOLDER, 'new-database.gz');
writeFileSync(database, await packedDatabase());
const blob = makeBlob(program, database);
copyFileSync(process.execPath, EXECUTABLE);
chmodSync(EXECUTABLE, 0o755);
sign('--remove-signature');
inject(blob);
sign('--sign', '-');
for (const part of [database, blob, join(FOLDER, 'llmq.sea.json')]) rmSync(part);
console.log(`${EXECUTABLE} (${Math.round(statSync(EXECUTABLE).size / 1_000_000)} MB)`);
