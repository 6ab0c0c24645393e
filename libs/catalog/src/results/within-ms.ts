import { createContext, Script } from 'node:vm';

const stage = createContext({ work: null as (() => unknown) | null });
const script = new Script('work()');

/** Time passes for everybody on a busy machine: so many times as long may it take until the work has had its time. */
const MOST_STRETCH = 64;
const STRETCH = 4;

/** Where one run of the work stands: what it has used, beside how long it took. */
export interface Stopwatch {
  /** Of this thread, in ms. */
  cpuMs(): number;
}

const THREAD: Stopwatch = {
  cpuMs: () => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  },
};

/**
 * Runs synchronous work that does no harm when it is begun anew, and breaks it off when it takes more of the processor than
 * `timeout` ms: throws an Error with the code ERR_SCRIPT_EXECUTION_TIMEOUT.
 */
export function withinMs<T>(timeout: number, work: () => T, watch = THREAD): T {
  for (let stretch = 1; ; stretch *= STRETCH) {
    const before = watch.cpuMs();
    try {
      return run(timeout * stretch, work);
    } catch (error) {
      const hadItsTime = watch.cpuMs() - before >= timeout;
      if (!isTimeout(error) || hadItsTime || stretch >= MOST_STRETCH) throw error;
    }
  }
}

function run<T>(timeout: number, work: () => T): T {
  stage.work = work;
  try {
    return script.runInContext(stage, { timeout }) as T;
  } finally {
    stage.work = null;
  }
}

function isTimeout(error: unknown): boolean {
  return (error as { readonly code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';
}
