import { type Command } from '../command.js';
import { CONFIG_FILE } from './config.js';

export const migrate: Command = {
  name: 'migrate',
  about: 'Brings the database to the newest schema, as every start does too.',
  takes: [0, 0],
  options: {
    ...CONFIG_FILE,
    pending: { about: 'Only says what is missing; the exit code is 8 when anything is.' },
  },
  examples: ['llmq migrate --pending', 'DATABASE_URL=postgres://… llmq migrate'],
  // Loaded when it is needed: it brings the database with it.
  run: async (context) => (await import('./migrate-database.js')).migrateDatabase(context),
};
