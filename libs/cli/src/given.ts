import { parseDuration } from '#contracts';
import { type Options } from './command.js';
import { CliError } from './exit-codes.js';

/** What the command line gave: arguments, and options by name. */
export class Given {
  constructor(
    readonly args: readonly string[],
    private readonly values: Readonly<Record<string, string | boolean | undefined>>,
    options: Options = {},
  ) {
    for (const [name, { choices }] of Object.entries(options)) this.#requireChoice(name, choices);
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  on(name: string): boolean {
    return this.values[name] === true;
  }

  whole(name: string, otherwise: number, { min, max }: { min: number; max: number }): number {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (Number.isInteger(number) && number >= min && number <= max) return number;
    throw new CliError('usage', `--${name} must be a whole number from ${min} to ${max}`);
  }

  /** In ms. */
  duration(name: string, otherwise: string): number {
    const value = this.text(name) ?? otherwise;
    const ms = parseDuration(value);
    if (ms !== undefined) return ms;
    throw new CliError('usage', `--${name} must be a duration such as 500ms, 30s or 5m`);
  }

  /** The options of these names that were given, as the fields of a request. */
  fields(...names: readonly string[]): Record<string, string> {
    const given = names.flatMap((name) => {
      const value = this.text(name);
      return value === undefined ? [] : [[name.replaceAll('-', '_'), value] as const];
    });
    return Object.fromEntries(given);
  }

  #requireChoice(name: string, choices: readonly string[] | undefined): void {
    const value = this.text(name);
    if (!choices || value === undefined || choices.includes(value)) return;
    throw new CliError('usage', `--${name} must be one of ${choices.join(', ')}`);
  }
}
