import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '#testing';
import { type Actor, type Stage } from './stage.js';

const PROJECT = join(import.meta.dirname, '../../..');
const MANIFESTS = join(PROJECT, 'tests/bench/portkey');

/** Beside the sources of the bench its thousands of files would slow every build down. */
const FOLDER = join(PROJECT, 'data/bench/portkey');

const SERVER = join(FOLDER, 'node_modules/@portkey-ai/gateway/build/start-server.js');

const INSTALL_MS = 180_000;

/** The Portkey gateway, running; or why it cannot. Installed at the first use. */
export async function startPortkey(stage: Stage): Promise<Actor | string> {
  try {
    if (!existsSync(SERVER)) await install();
    const port = await freePort();
    return await stage.start(
      SERVER,
      { NODE_ENV: 'production' },
      {
        args: [`--port=${port}`, '--headless'],
        ready: /ready|running|listening/i,
        url: `http://127.0.0.1:${port}`,
      },
    );
  } catch (error) {
    return error instanceof Error ? error.message.split('\n')[0]! : String(error);
  }
}

async function install(): Promise<void> {
  console.log('Installing the Portkey gateway …');
  await mkdir(FOLDER, { recursive: true });
  for (const file of ['package.json', 'package-lock.json'])
    await cp(join(MANIFESTS, file), join(FOLDER, file));
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  await promisify(execFile)('npm', args, { cwd: FOLDER, timeout: INSTALL_MS });
}
