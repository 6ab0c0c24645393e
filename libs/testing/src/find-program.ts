import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * Where the PATH holds the first of `names`. Links are not resolved: redis-server is one to a program that
 * looks at the name it was called by.
 */
export function findProgram(names: readonly string[], path = process.env['PATH'] ?? ''): string | undefined {
  const directories = path.split(delimiter).filter((directory) => directory !== '');
  for (const name of names) {
    const found = directories.map((directory) => join(directory, name)).find(isExecutable);
    if (found) return found;
  }
  return undefined;
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
