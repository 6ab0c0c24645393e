import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from './failure.mjs';
import { inProject, readText } from './project.mjs';
import { isStopping } from './run.mjs';

const WAIT_MS = 10 * 60_000;

/** Does the work while no other bootstrap of this folder does; a lock whose owner is dead is taken over. */
export async function exclusively(name, work) {
  const lock = `.stamp-${name}.lock`;
  await take(lock);
  try {
    return await work();
  } finally {
    rmSync(inProject(lock), { force: true });
  }
}

async function take(lock) {
  const endsAt = Date.now() + WAIT_MS;
  while (!tryToTake(lock)) {
    const owner = readText(lock);
    if (owner && !isAlive(Number(owner))) rmSync(inProject(lock), { force: true });
    if (isStopping()) throw new Failure('Stopped', 130);
    if (Date.now() > endsAt) throw new Failure(`Process ${owner} holds ${inProject(lock)}: delete it`, 1);
    await delay(200);
  }
}

function tryToTake(lock) {
  try {
    writeFileSync(inProject(lock), String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}
