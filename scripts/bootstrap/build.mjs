import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exclusively } from './exclusive.mjs';
import { Failure } from './failure.mjs';
import { inProject, readText, sha256 } from './project.mjs';
import { run } from './run.mjs';

const STAMP = 'dist/.build-stamp';
const FOLDERS = ['apps', 'libs', 'packages', 'scripts', 'tests'];
const COMPILER = 'node_modules/@typescript/native/bin/tsc';
// Not incremental: it takes a second, and gives a whole dist whatever was deleted from it.
const ARGUMENTS = ['-p', 'tsconfig.build.json', '--incremental', 'false', '--tsBuildInfoFile', 'null'];

/** Compiles to dist, unless dist was compiled from these very sources. */
export async function ensureBuilt(node) {
  if (isBuilt()) return;
  await exclusively('build', async () => {
    if (isBuilt()) return;
    console.log('Building …');
    const sources = sourceHash();
    rmSync(inProject(STAMP), { force: true });
    const code = await run(node, [inProject(COMPILER), ...ARGUMENTS]);
    if (code !== 0) throw new Failure(`The build failed with ${code}`, code);
    mkdirSync(inProject('dist'), { recursive: true });
    writeFileSync(inProject(STAMP), sources);
  });
}

function isBuilt() {
  return readText(STAMP) === sourceHash();
}

function sourceHash() {
  const files = [...FOLDERS.flatMap(typeScriptIn), ...readdirSync(inProject()).filter(isSetting)];
  return sha256(
    files
      .sort((a, b) => a.localeCompare(b))
      .map(fingerprint)
      .join('\n'),
  );
}

function isSetting(file) {
  return /^tsconfig.*\.json$/.test(file) || file === 'package-lock.json';
}

function typeScriptIn(folder) {
  if (!existsSync(inProject(folder))) return [];
  return readdirSync(inProject(folder), { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(folder, file));
}

function fingerprint(file) {
  const stats = statSync(inProject(file), { throwIfNoEntry: false });
  return `${file} ${stats?.mtimeMs} ${stats?.size}`;
}
