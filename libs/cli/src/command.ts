import { type Env } from '#config';
import { type EXIT } from './exit-codes.js';
import { type Given } from './given.js';
import { type Api } from './remote/api.js';
import { type Terminal } from './terminal/terminal.js';

/** `--name`, as the command line takes it. */
export interface Option {
  readonly about: string;
  /** What stands for its value in the help, such as FILE; left out: it is on or off. */
  readonly value?: string;
  readonly short?: string;
  /** The values that there are. */
  readonly choices?: readonly string[];
}

export type Options = Readonly<Record<string, Option>>;

/** One command of the table: help, completion and docs/cli.md are made from it. */
export interface Command {
  /** `send`, or group and verb: `dead list`. */
  readonly name: string;
  readonly about: string;
  /** As they stand in the help: `ID…`. */
  readonly arguments?: string;
  /** Fewest and most arguments. */
  readonly takes?: readonly [number, number];
  readonly options?: Options;
  /** It talks to a running system, so it takes `--url` and `--key`. */
  readonly remote?: true;
  readonly examples?: readonly string[];
  readonly run: (context: Context) => Promise<keyof typeof EXIT | void>;
}

/** What starts a process of the system; the server knows how. */
export type Start = (args: readonly string[]) => Promise<void>;

export const ROLES = ['server', 'api-gateway', 'queue-manager', 'scheduler'] as const;

export type Starts = Readonly<Record<(typeof ROLES)[number], Start>>;

/** What a command works with. */
export interface Context {
  readonly given: Given;
  readonly terminal: Terminal;
  readonly api: Api;
  readonly env: Env;
  readonly starts: Starts;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}
