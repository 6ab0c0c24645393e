export type Env = Readonly<Record<string, string | undefined>>;

/** The environment that this process was started with; nothing else reads it. */
export function processEnvironment(): Env {
  return process.env;
}
