import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { canReach, type ServerUser } from './server-user.js';

/** The data directory of the cluster kept in `directory`; made when there is none. */
export async function openCluster(
  programs: string,
  directory: string,
  user: ServerUser | undefined,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  if (user) await giveTo(user, directory);
  const data = join(directory, 'data');
  if (!existsSync(data)) await initialize(programs, data, user);
  return data;
}

async function giveTo(user: ServerUser, directory: string): Promise<void> {
  await chown(directory, user.ids.uid, user.ids.gid);
  await chmod(directory, 0o700);
  if (!canReach(user, directory))
    throw new Error(
      `Postgres runs as the user ${user.name}, who cannot reach ${directory}: choose another place`,
    );
}

/** Made beside its place and then renamed, so that an interrupted run leaves no half of a cluster. */
async function initialize(programs: string, data: string, user: ServerUser | undefined): Promise<void> {
  const unfinished = `${data}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const args = ['-D', unfinished, '-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--locale=C'];
  await promisify(execFile)(join(programs, 'initdb'), args, { ...user?.ids, cwd: '/' });
  await rename(unfinished, data);
}
