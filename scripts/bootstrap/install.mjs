import { existsSync, writeFileSync } from 'node:fs';
import { exclusively } from './exclusive.mjs';
import { Failure } from './failure.mjs';
import { OWN_NODE } from './find-node.mjs';
import { inProject, readText, sha256 } from './project.mjs';
import { run } from './run.mjs';

const STAMP = 'node_modules/.install-stamp';
// Without the development tools nothing can be built, whatever NODE_ENV says.
const ARGUMENTS = [
  'ci',
  '--include=dev',
  '--include=optional',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
];

/** `npm ci`, unless node_modules holds what package-lock.json says. */
export async function ensureInstalled() {
  if (isInstalled()) return;
  await exclusively('install', async () => {
    if (isInstalled()) return;
    console.log('Installing dependencies (first run only) …');
    const code = await npm(ARGUMENTS);
    if (code !== 0) throw new Failure(`npm ci failed with ${code}`, code);
    writeStamp();
  });
}

function isInstalled() {
  if (readText(STAMP) === lockHash()) return true;
  if (!holdsLockedVersions()) return false;
  writeStamp();
  return true;
}

function writeStamp() {
  writeFileSync(inProject(STAMP), lockHash());
}

function lockHash() {
  return sha256(readText('package-lock.json') ?? '');
}

/** After somebody else's install: npm keeps a list of what it has put into node_modules. */
function holdsLockedVersions() {
  const installed = packagesOf('node_modules/.package-lock.json');
  return Object.entries(packagesOf('package-lock.json') ?? {}).every(
    ([path, { version, optional }]) =>
      path === '' ||
      (optional && path !== `node_modules/${OWN_NODE}`) ||
      installed?.[path]?.version === version,
  );
}

function packagesOf(lockfile) {
  const text = readText(lockfile);
  return text === undefined ? undefined : JSON.parse(text).packages;
}

/** The npm that runs us, when one does; npm_execpath may also name another package manager. */
function npm(args) {
  const { npm_execpath: cli = '', npm_node_execpath: node = process.execPath } = process.env;
  if (/npm-cli\.c?js$/.test(cli) && existsSync(cli)) return run(node, [cli, ...args]);
  return run('npm', args, { shell: process.platform === 'win32' });
}
