import { spawn } from 'node:child_process';

/**
 * Kills a process group when we die. A SIGKILL leaves us no handler, but it closes the input of a small
 * shell in a session of its own. Gives back how to end the watch.
 */
export function guardGroup(leader) {
  const script = 'read -r over || kill -KILL "-$1"';
  const shell = spawn('/bin/sh', ['-c', script, 'sh', String(leader)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.on('error', () => undefined);
  shell.stdin.on('error', () => undefined);
  shell.unref();
  return () => shell.stdin.end('over\n');
}
