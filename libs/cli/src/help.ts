import { type Command, type Option } from './command.js';
import { optionsOf } from './global-options.js';

/** `llmq dead list [options]`. */
export function usageOf(command: Command): string {
  return ['llmq', command.name, ...(command.arguments ? [command.arguments] : []), '[options]'].join(' ');
}

/** `-p, --priority BAND`. */
export function optionText(name: string, { short, value }: Option): string {
  return `${short ? `-${short}, ` : ''}--${name}${value ? ` ${value}` : ''}`;
}

export function commandHelp(command: Command): string {
  const options = Object.entries(optionsOf(command));
  const rows = options.map(([name, option]) => [optionText(name, option), aboutOf(option)] as const);
  const examples = (command.examples ?? []).map((example) => `  ${example}`);
  return [
    `Usage: ${usageOf(command)}`,
    command.about,
    `Options:\n${columns(rows)}`,
    ...(examples.length > 0 ? [`Examples:\n${examples.join('\n')}`] : []),
  ].join('\n\n');
}

export function overview(commands: readonly Command[]): string {
  return `The command line of LLM Message Queue.

Usage: llmq COMMAND [options]

Commands:
${columns(commands.map(({ name, about }) => [name, about] as const))}

\`llmq COMMAND --help\` explains one. Commands that talk to a running system take --url and --key, or
LLMQ_URL and LLMQ_API_KEY; every command takes --json.`;
}

export function aboutOf({ about, choices }: Option): string {
  return choices ? `${about} One of ${choices.join(', ')}.` : about;
}

function columns(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([first]) => first.length));
  return rows.map(([first, second]) => `  ${first.padEnd(width)}  ${second}`).join('\n');
}
