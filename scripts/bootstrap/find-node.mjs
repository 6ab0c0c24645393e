import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Failure } from './failure.mjs';
import { inProject } from './project.mjs';

const OLDEST = [24, 15];
const IS_WINDOWS = process.platform === 'win32';

/** The package that brings Node 24 for this machine. */
export const OWN_NODE = `node-${IS_WINDOWS ? 'win' : process.platform}-${process.arch}`;

/** The Node that came with the dependencies, or the one that runs us when it is new enough. */
export function findNode() {
  const own = inProject('node_modules', OWN_NODE, 'bin', IS_WINDOWS ? 'node.exe' : 'node');
  if (existsSync(own) && isNewEnough(versionOf(own))) return own;
  if (isNewEnough(process.versions.node)) return process.execPath;
  throw new Failure(
    `Node ${OLDEST.join('.')} or newer is needed. This is ${process.versions.node}, and the package ${OWN_NODE} ` +
      'is not installed or does not run here. Install Node 24 from https://nodejs.org and try again.',
    1,
  );
}

function versionOf(node) {
  return spawnSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }).stdout ?? '';
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}
