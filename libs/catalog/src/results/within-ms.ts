import { createContext, Script } from 'node:vm';

const stage = createContext({ work: null as (() => unknown) | null });
const script = new Script('work()');

/** Runs synchronous work and breaks it off when it takes too long: throws an Error with the code ERR_SCRIPT_EXECUTION_TIMEOUT. */
export function withinMs<T>(timeout: number, work: () => T): T {
  stage.work = work;
  try {
    return script.runInContext(stage, { timeout }) as T;
  } finally {
    stage.work = null;
  }
}
