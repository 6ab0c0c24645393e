import { CliError, EXIT, type ExitCode } from './exit-codes.js';
import { Refusal } from './remote/refusal.js';
import { type Terminal } from './terminal/terminal.js';

/** Says what went wrong, for people or as a line of JSON; gives the exit code. */
export function tellError(error: unknown, terminal: Terminal, signal: AbortSignal): ExitCode {
  if (signal.aborted) return EXIT.interrupted;
  const message = error instanceof Error ? error.message : String(error);
  const exit = error instanceof CliError ? error.exit : 'failed';
  const hint = error instanceof CliError ? error.hint : undefined;
  const code = error instanceof Refusal ? error.problem.code : undefined;
  const facts = { exit, message, ...(code && { code }), ...(hint && { hint }) };
  terminal.fail(
    terminal.asJson ? JSON.stringify({ error: facts }) : [message, hint].filter(Boolean).join('\n'),
  );
  return EXIT[exit];
}
