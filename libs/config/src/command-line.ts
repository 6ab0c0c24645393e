import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { AppError } from '#contracts';
import { ConfigError, loadConfig } from './load-config.js';
import { type Env, processEnvironment } from './process-environment.js';
import { type Config } from './schema.js';

const DEFAULT_FILE = 'configs/config.yaml';

const USAGE = `Options:
  --config FILE   read this YAML file (default: CONFIG_PATH, else ${DEFAULT_FILE} when it exists)
  --validate      check the configuration, say what is wrong, and exit
  --insecure      answer without API keys on every address
  --help          show this text`;

/** How a process is started; `check` refuses, by throwing, what the configuration points to. */
export interface Start {
  readonly defaultPort?: number;
  readonly check?: (config: Config) => unknown;
}

/**
 * The configuration of a process: its arguments, the file that they name, and the environment.
 * Prints and exits by itself for --help and --validate (0), and for a bad configuration (1).
 */
export function configFromCommandLine(args: readonly string[], { defaultPort, check }: Start = {}): Config {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        config: { type: 'string' },
        validate: { type: 'boolean' },
        insecure: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    if (values.help) exit(0, USAGE);
    const env = processEnvironment();
    const file = configFile(values.config, env);
    const config = loadConfig({ env, file, insecure: values.insecure, defaultPort });
    check?.(config);
    if (values.validate)
      exit(0, [...config.unused.map((line) => `Not used: ${line}`), validText(file)].join('\n'));
    return config;
  } catch (error) {
    const { message } = error as Error;
    const isTold = error instanceof ConfigError || error instanceof AppError;
    return exit(1, isTold ? message : `${message}\n\n${USAGE}`);
  }
}

function validText(file: string | undefined): string {
  return `The configuration is valid${file ? ` (${file} and the environment)` : ''}.`;
}

/** The file that a process reads: the one that is named, else the one that lies in its place, if there is one. */
export function configFile(named: string | undefined, env: Env): string | undefined {
  return named ?? (env['CONFIG_PATH'] || (existsSync(DEFAULT_FILE) ? DEFAULT_FILE : undefined));
}

function exit(code: number, text: string): never {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}
