import { checkCatalog } from '#catalog';
import { type Config, ConfigError, type ConfigSources, loadConfig } from '#config';
import { AppError } from '#contracts';

/** A configuration with its provider files, or all that keeps it from being one, a line each. */
export type Read =
  | { readonly config: Config; readonly problems: readonly [] }
  | { readonly config: undefined; readonly problems: readonly string[] };

export function readConfig(sources: ConfigSources): Read {
  try {
    const config = loadConfig(sources);
    checkCatalog(config);
    return { config, problems: [] };
  } catch (error) {
    return { config: undefined, problems: problemsOf(error) };
  }
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) return error.problems;
  if (error instanceof AppError && error.fields.length > 0)
    return error.fields.map(({ field, message }) => `${field}: ${message}`);
  return [(error as Error).message];
}
