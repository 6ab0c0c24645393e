import { type Command } from '../command.js';
import { CliError } from '../exit-codes.js';
import { bashCompletion, fishCompletion, zshCompletion } from '../completions.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** It completes the commands of the whole table, so it is made from that. */
export function completionOf(commands: () => readonly Command[]): Command {
  return {
    name: 'completion',
    about: 'Prints what completes commands and options in a shell.',
    arguments: Object.keys(SHELLS).join('|'),
    takes: [1, 1],
    examples: [
      'llmq completion bash > /etc/bash_completion.d/llmq',
      'llmq completion zsh > ~/.zfunc/_llmq',
      'llmq completion fish > ~/.config/fish/completions/llmq.fish',
    ],
    run: ({ given, terminal }) => {
      const shell = given.args[0]!;
      if (!(shell in SHELLS))
        throw new CliError('usage', `There are completions for ${Object.keys(SHELLS).join(', ')}`);
      const script = SHELLS[shell as keyof typeof SHELLS](commands());
      terminal.answer({ shell, script }, () => script.trimEnd());
      return Promise.resolve();
    },
  };
}
