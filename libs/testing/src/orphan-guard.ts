import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Told one pid per line (0 for none); at the end of its input the parent is dead, however it died, so the
 * last pid is ended and the temporary directory deleted.
 */
const WATCH = `
while read -r line; do
  [ "$line" = release ] && exit 0
  pid=$line
done
if [ "\${pid:-0}" != 0 ]; then
  kill -CONT "$pid" 2>/dev/null
  kill -"$1" "$pid" 2>/dev/null
  tries=0
  while kill -0 "$pid" 2>/dev/null && [ $tries -lt 30 ]; do sleep 0.1; tries=$((tries + 1)); done
  kill -KILL "$pid" 2>/dev/null
fi
[ -z "$2" ] || rm -rf -- "$2"
`;

const guarded = new Map<ChildProcess, NodeJS.Signals>();

process.on('exit', () => {
  for (const [child, signal] of guarded) child.kill(signal);
});

/**
 * Ends a child when this process dies, also by SIGKILL: an exit handler cannot see that, so a small shell in
 * a session of its own waits for the closing of its input. Where there is no shell, the exit handler remains.
 */
export class OrphanGuard {
  readonly #signal: NodeJS.Signals;
  readonly #shell: ChildProcess;

  constructor(signal: NodeJS.Signals = 'SIGKILL', temporaryDirectory = '') {
    this.#signal = signal;
    this.#shell = spawn('/bin/sh', ['-c', WATCH, 'sh', signal.replace('SIG', ''), temporaryDirectory], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      cwd: '/',
    });
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#letParentExit();
  }

  watch(child: ChildProcess): void {
    guarded.set(child, this.#signal);
    this.#shell.stdin?.write(`${child.pid ?? 0}\n`);
    child.once('exit', () => {
      guarded.delete(child);
      this.#shell.stdin?.write('0\n');
    });
  }

  /** The child and its directory are no longer the guard's business. */
  release(): void {
    this.#shell.stdin?.end('release\n');
  }

  #letParentExit(): void {
    this.#shell.unref();
    const { stdin } = this.#shell;
    if (stdin && 'unref' in stdin && typeof stdin.unref === 'function') stdin.unref();
  }
}
