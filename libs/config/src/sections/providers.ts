import { z } from 'zod';
import { duration, flag, fraction, optionalWord, whole, word } from '../fields.js';
import { section } from './section.js';

/** Where the catalog of the providers lies. */
const catalog = {
  catalog_file: optionalWord({
    env: 'PROVIDERS_FILE',
    description:
      'The providers with their models and prices, and the routing; empty: `configs/providers.yaml` as shipped.',
  }),
  task_types_file: optionalWord({
    env: 'TASK_TYPES_FILE',
    description: 'The task types; empty: `configs/task-types.yaml` as shipped.',
  }),
  reload_every: duration(
    '1s',
    { min: '0ms', max: '1h' },
    {
      env: 'PROVIDERS_RELOAD_EVERY',
      description: 'How often the two files are looked at; what changed is applied while running. 0s: never.',
    },
  ),
};

const simulator = section(
  {
    chunks: whole(
      5,
      { min: 0, max: 100_000 },
      { env: 'SIMULATOR_CHUNKS', unit: 'count', description: 'Chunks in a reply.' },
    ),
    delay: duration(
      '100ms',
      { max: '1h' },
      { env: 'SIMULATOR_DELAY', description: 'Time before each chunk.' },
    ),
    chunk_length: whole(
      0,
      { min: 0, max: 100_000 },
      {
        env: 'SIMULATOR_CHUNK_LENGTH',
        unit: 'characters',
        description: 'Length of each chunk; 0: as long as `chunk N: <text>` is.',
      },
    ),
    error_rate: fraction(0, {
      env: 'SIMULATOR_ERROR_RATE',
      description: 'Part of the calls that fail with `provider_unavailable`.',
    }),
    faults: flag(false, {
      env: 'SIMULATOR_FAULTS',
      description: 'Whether `metadata.simulate` of a message may ask for faults.',
    }),
    max_concurrency: whole(
      20,
      { min: 1, max: 100_000 },
      {
        env: 'SIMULATOR_MAX_CONCURRENCY',
        unit: 'count',
        description: 'Most calls at once, over all processes.',
      },
    ),
  },
  'The built-in provider that makes text up; in use while no other is configured.',
);

const openai = section(
  {
    api_key: optionalWord({
      env: 'OPENAI_API_KEY',
      secret: true,
      description: 'Key; turns this provider on.',
    }),
    base_url: z
      .url({ protocol: /^https?$/ })
      .prefault('https://api.openai.com/v1')
      .meta({ env: 'OPENAI_BASE_URL', description: 'Base URL of any OpenAI-compatible API.' }),
    model: word('gpt-5-mini', { env: 'OPENAI_MODEL', description: 'Model that answers.' }),
    max_concurrency: whole(
      20,
      { min: 1, max: 100_000 },
      {
        env: 'OPENAI_MAX_CONCURRENCY',
        unit: 'count',
        description: 'Most calls at once, over all processes.',
      },
    ),
    first_token_timeout: duration(
      '60s',
      { min: '100ms', max: '1h' },
      {
        env: 'OPENAI_FIRST_TOKEN_TIMEOUT',
        description: 'Longest wait for the first token.',
      },
    ),
    idle_timeout: duration(
      '30s',
      { min: '100ms', max: '1h' },
      {
        env: 'OPENAI_IDLE_TIMEOUT',
        description: 'Longest silence between two tokens.',
      },
    ),
  },
  'Any OpenAI-compatible provider.',
);

export const providers = section({ ...catalog, simulator, openai }, 'Who answers.');
