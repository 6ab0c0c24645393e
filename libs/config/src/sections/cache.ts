import { duration, whole } from '../fields.js';
import { section } from './section.js';

export const cache = section(
  {
    ttl: duration(
      '1h',
      { min: '1s', max: '7d' },
      {
        env: 'CACHE_TTL',
        description: 'How long an answer is kept, and how old it may be, where the message does not say.',
      },
    ),
    max_ttl: duration(
      '24h',
      { min: '0s', max: '7d' },
      { env: 'CACHE_MAX_TTL', description: 'Messages that ask for more get this; 0s: nothing is cached.' },
    ),
    max_entry: whole(
      262_144,
      { min: 1_024, max: 16_777_216 },
      { env: 'CACHE_MAX_ENTRY', unit: 'bytes', description: 'A larger answer is not kept.' },
    ),
    tenant_size: whole(
      16_777_216,
      { min: 65_536, max: 4_294_967_296 },
      {
        env: 'CACHE_TENANT_SIZE',
        unit: 'bytes',
        description:
          'Most that one tenant may have in the cache, in Redis or in the memory of the only process; what was not asked for the longest goes first.',
      },
    ),
    tenant_entries: whole(
      10_000,
      { min: 1, max: 1_000_000 },
      { env: 'CACHE_TENANT_ENTRIES', unit: 'count', description: 'Most answers of one tenant.' },
    ),
    max_wait: duration(
      '30s',
      { min: '100ms', max: '10m' },
      {
        env: 'CACHE_MAX_WAIT',
        description:
          'Longest time that a message waits for the call of an equal one before it makes its own; never more than half of its `timeout`.',
      },
    ),
  },
  'Answers that are used again, for messages that allow it.',
);
