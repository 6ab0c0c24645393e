import { execFileSync, spawnSync } from 'node:child_process';

export interface ServerUser {
  readonly name: string;
  readonly ids: { readonly uid: number; readonly gid: number };
}

/** Postgres refuses to run as root: then it is `postgres`, else `nobody`; undefined means our own user. */
export function serverUser(): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const user = lookUp('postgres') ?? lookUp('nobody');
  if (!user) throw new Error('Postgres cannot run as root, and there is neither a user postgres nor nobody');
  return user;
}

export function canReach(user: ServerUser | undefined, directory: string): boolean {
  return spawnSync('test', ['-x', directory], { ...user?.ids, cwd: '/' }).status === 0;
}

function lookUp(name: string): ServerUser | undefined {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    return { name, ids: { uid: id('-u'), gid: id('-g') } };
  } catch {
    return undefined;
  }
}
