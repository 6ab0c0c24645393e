import { describe, expect, test } from 'vitest';
import { COMMANDS, findCommand } from './commands.js';
import { optionsOf } from './global-options.js';

const EXAMPLES = COMMANDS.flatMap((command) =>
  (command.examples ?? []).map((example) => ({ command, example })),
);

/** The words after `llmq`, up to what the shell does with them. */
function wordsOf(example: string): string[] {
  const [, line = ''] = /(?:^|\s)llmq\s+([^>|]*)/.exec(example) ?? [];
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
}

describe('the table of commands', () => {
  test('has no two of a name, and an example for each', () => {
    const names = COMMANDS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(COMMANDS.filter(({ examples = [] }) => examples.length === 0)).toEqual([]);
  });

  test.each(EXAMPLES)('$example', ({ command, example }) => {
    const found = findCommand(wordsOf(example));
    expect(found?.command.name).toBe(command.name);
    const options = optionsOf(command);
    const shorts = Object.values(options).map(({ short }) => short);
    for (const word of found!.rest.filter((each) => /^--?\w/.test(each)))
      expect(word.startsWith('--') ? Object.keys(options) : shorts).toContain(word.replace(/^--?/, ''));
  });

  test('no command has two options of one letter', () => {
    for (const command of COMMANDS) {
      const shorts = Object.values(optionsOf(command)).flatMap(({ short }) => short ?? []);
      expect(new Set(shorts).size, command.name).toBe(shorts.length);
    }
  });
});
