import { choice } from '../fields.js';
import { section } from './section.js';

export const log = section(
  {
    level: choice(['trace', 'debug', 'info', 'warn', 'error', 'silent'], 'info', {
      env: 'LOG_LEVEL',
      description: 'Least important level that is written.',
    }),
  },
  'Logs: JSON lines on standard output.',
);
