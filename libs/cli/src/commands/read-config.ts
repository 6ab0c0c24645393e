import { ConfigError } from '#config';
import { AppError } from '#contracts';

/** What keeps a configuration from being read, one line each; nothing when nothing does. */
export function readOrProblems(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    if (error instanceof AppError && error.fields.length > 0)
      return error.fields.map(({ field, message }) => `${field}: ${message}`);
    return [(error as Error).message];
  }
}
