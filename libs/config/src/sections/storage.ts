import { duration, optionalUrl, whole, word } from '../fields.js';
import { section } from './section.js';

export const storage = section(
  {
    data_dir: word('./data', {
      env: 'DATA_DIR',
      description: 'Folder of the embedded database, used while no `database_url` is set.',
    }),
    database_url: optionalUrl(/^postgres(ql)?:$/, {
      env: 'DATABASE_URL',
      secret: true,
      description: 'Postgres; empty: the embedded database in `data_dir`.',
    }),
    database_pool: whole(
      16,
      { min: 2, max: 500 },
      { env: 'DATABASE_POOL', unit: 'count', description: 'Most connections to Postgres from one process.' },
    ),
    database_timeout: duration(
      '5s',
      { min: '100ms', max: '5m' },
      {
        env: 'DATABASE_TIMEOUT',
        description: 'Longest time that one statement may take.',
      },
    ),
    redis_url: optionalUrl(/^rediss?:$/, {
      env: 'REDIS_URL',
      secret: true,
      description: 'Redis; empty: schedule, streams, slots and control stay inside this one process.',
    }),
    redis_prefix: word('llmq', {
      env: 'REDIS_PREFIX',
      description: 'Prefix of every Redis key; two systems on one Redis need two prefixes.',
    }),
    start_timeout: duration(
      '30s',
      { min: '1s', max: '10m' },
      {
        env: 'START_TIMEOUT',
        description: 'How long a starting process waits for Postgres and Redis.',
      },
    ),
  },
  'Where things are kept.',
);
