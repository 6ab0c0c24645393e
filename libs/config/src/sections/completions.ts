import { duration } from '../fields.js';
import { section } from './section.js';

export const completions = section(
  {
    max_wait: duration(
      '10m',
      { min: '100ms', max: '365d' },
      {
        env: 'COMPLETIONS_MAX_WAIT',
        description:
          'How long a chat completion waits for its start, in place of a 429; then it ends with 504 `expired`. `ttl` of a request wins; the `time_limit` of its band holds where it is shorter.',
      },
    ),
    return_grace: duration(
      '3s',
      { min: '0s', max: '5m' },
      {
        env: 'COMPLETIONS_RETURN_GRACE',
        description:
          'A client library that loses its connection before the answer has begun asks again; so long its message is not cancelled.',
      },
    ),
  },
  'The OpenAI-compatible door: `/v1/chat/completions`.',
);
