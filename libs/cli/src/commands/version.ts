import { isSea } from 'node:sea';
import { type Command } from '../command.js';

export const version: Command = {
  name: 'version',
  about: 'Prints the version of this program, and of the Node inside of it.',
  takes: [0, 0],
  examples: ['llmq version --json'],
  run: async ({ terminal }) => {
    const { VERSION } = await import('#runtime');
    const platform = `${process.platform}-${process.arch}`;
    const facts = { version: VERSION, node: process.version, platform, single_file: isSea() };
    terminal.answer(facts, () => `llmq ${VERSION} (Node ${process.version}, ${platform})`);
  },
};
