import { type Readable, type Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { type Env } from '#config';
import { type Command, type Context, type Options, type Starts } from './command.js';
import { commandsOf, COMMANDS, findCommand } from './commands.js';
import { CliError, EXIT, type ExitCode } from './exit-codes.js';
import { Given } from './given.js';
import { optionsOf } from './global-options.js';
import { commandHelp, overview } from './help.js';
import { Api } from './remote/api.js';
import { tellError } from './tell-error.js';
import { Terminal } from './terminal/terminal.js';

const DEFAULT_URL = 'http://127.0.0.1:8080';

/** What the command line is run with. */
export interface Surroundings {
  readonly env: Env;
  readonly input: Readable & { isTTY?: boolean };
  readonly output: Writable & { isTTY?: boolean };
  readonly errors: Writable & { isTTY?: boolean };
  readonly starts: Starts;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Runs one command line; gives its exit code. */
export async function runCli(argv: readonly string[], around: Surroundings): Promise<ExitCode> {
  const asJson = argv.includes('--json');
  const terminal = new Terminal(around.input, around.output, around.errors, asJson);
  try {
    return EXIT[(await dispatch(argv, around, terminal)) ?? 'done'];
  } catch (error) {
    return tellError(error, terminal, around.signal);
  }
}

async function dispatch(argv: readonly string[], around: Surroundings, terminal: Terminal) {
  const words = argv[0] === 'help' ? [...argv.slice(1), '--help'] : argv;
  const [first] = words;
  if (first === '--version') return dispatch(['version', ...words.slice(1)], around, terminal);
  if (first === undefined || first === '--help' || first === '-h') return help(terminal, overview(COMMANDS));
  const found = findCommand(words);
  if (!found) return helpOfGroup(first, words, terminal);
  const { command, rest } = found;
  const { values, positionals } = parse(rest, optionsOf(command));
  if (values['help'] === true) return help(terminal, commandHelp(command));
  requireArguments(command, positionals);
  return command.run(contextOf(command, new Given(positionals, values, command.options), around, terminal));
}

function help(terminal: Terminal, text: string): 'done' {
  terminal.answer({ help: text }, () => text);
  return 'done';
}

function helpOfGroup(first: string, words: readonly string[], terminal: Terminal): 'done' {
  const group = commandsOf(first);
  if (group.length > 0 && (words[1] === undefined || words[1].startsWith('-')))
    return help(terminal, group.map(commandHelp).join('\n\n\n'));
  const known = group.length > 0 ? group.map(({ name }) => name).join(', ') : 'see `llmq --help`';
  throw new CliError('usage', `There is no command ${words.slice(0, 2).join(' ')}`, `There is: ${known}`);
}

function parse(args: readonly string[], options: Options) {
  const known = Object.entries(options).map(([name, { value, short }]) => [
    name,
    { type: value === undefined ? ('boolean' as const) : ('string' as const), ...(short && { short }) },
  ]);
  try {
    return parseArgs({ args: [...args], options: Object.fromEntries(known), allowPositionals: true }) as {
      values: Record<string, string | boolean | undefined>;
      positionals: string[];
    };
  } catch (error) {
    throw new CliError('usage', (error as Error).message, '`llmq COMMAND --help` lists the options.');
  }
}

function requireArguments({ name, takes, arguments: shown = '' }: Command, args: readonly string[]): void {
  const [fewest, most] = takes ?? [0, Infinity];
  if (args.length < fewest) throw new CliError('usage', `\`llmq ${name}\` needs ${shown}`);
  if (args.length > most) throw new CliError('usage', `\`llmq ${name}\` does not take ${args[most]}`);
}

function contextOf(command: Command, given: Given, around: Surroundings, terminal: Terminal): Context {
  const { env, starts, signal } = around;
  const url = command.remote ? urlOf(given.text('url') ?? env['LLMQ_URL'] ?? DEFAULT_URL) : DEFAULT_URL;
  const api = new Api(url, given.text('key') ?? (env['LLMQ_API_KEY'] || undefined), signal);
  return { given, terminal, api, env, starts, signal };
}

function urlOf(text: string): string {
  const url = URL.parse(text === '' ? DEFAULT_URL : text);
  if (url && /^https?:$/.test(url.protocol)) return url.href.replace(/\/+$/, '');
  throw new CliError(
    'usage',
    `${text} is no address`,
    'Give --url or LLMQ_URL such as http://127.0.0.1:8080.',
  );
}
