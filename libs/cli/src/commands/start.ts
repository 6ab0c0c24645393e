import { type Command, type Context, ROLES } from '../command.js';
import { CONFIG_FILE } from './config.js';

export const start: Command = {
  name: 'start',
  about:
    'Runs the system until it is told to stop (Ctrl-C, SIGTERM): everything in one process, or one role of a fleet.',
  takes: [0, 0],
  options: {
    config: CONFIG_FILE['config']!,
    insecure: { about: 'Answers without API keys on every address.' },
    validate: { about: 'Checks the configuration, says what is wrong, and ends.' },
    role: { value: 'ROLE', about: 'Only this role, `server` (all of them) when left out.', choices: ROLES },
  },
  examples: ['llmq start', 'PORT=9000 llmq start', 'llmq start --role queue-manager'],
  run,
};

async function run({ given, starts }: Context): Promise<void> {
  const file = given.text('config');
  const role = ROLES.find((name) => name === given.text('role')) ?? 'server';
  await starts[role]([
    ...(file === undefined ? [] : ['--config', file]),
    ...(given.on('insecure') ? ['--insecure'] : []),
    ...(given.on('validate') ? ['--validate'] : []),
  ]);
}
