import { readFileSync } from 'node:fs';

/** Calls back once when npm, which runs us (perhaps through a shell), is gone: killed, it passes nothing on. */
export function onNpmGone(callback) {
  if (!process.env.npm_lifecycle_event) return;
  const before = parents();
  const timer = setInterval(() => {
    if (parents() === before) return;
    clearInterval(timer);
    callback();
  }, 200).unref();
}

function parents() {
  return `${process.ppid} ${callerOf(process.ppid)}`;
}

/**
 * Who runs our parent, when that is the shell that npm puts between us (known on Linux only). It must not be
 * asked who runs npm: `npm start &` in a script that ends is no reason to stop.
 */
function callerOf(pid) {
  try {
    const [, name, parent] = /^\d+ \((.*)\) \S+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return name.endsWith('sh') ? parent : '';
  } catch {
    return '';
  }
}
