import { duration, flag, fraction, whole, word } from '../fields.js';
import { section } from './section.js';

export const endpoints = section(
  {
    allow_private: flag(false, {
      env: 'ENDPOINTS_ALLOW_PRIVATE',
      description:
        'Whether endpoints that are added over the API may be in private networks and on this machine. What the provider files say is never checked.',
    }),
    allowed_hosts: word('', {
      env: 'ENDPOINTS_ALLOWED_HOSTS',
      description:
        'Names and addresses, comma-separated, that endpoints added over the API may have even if they are private.',
    }),
    max_endpoints: whole(
      200,
      { min: 1, max: 1_000 },
      {
        env: 'ENDPOINTS_MAX',
        unit: 'count',
        description: 'Most endpoints that may be added or changed over the API.',
      },
    ),
    failures_in_a_row: whole(
      5,
      { min: 1, max: 1_000 },
      {
        env: 'ENDPOINTS_FAILURES_IN_A_ROW',
        unit: 'count',
        description: 'After so many failures one after the other an endpoint is left alone for a while.',
      },
    ),
    failure_rate: fraction(0.5, {
      env: 'ENDPOINTS_FAILURE_RATE',
      description: 'So is one of which this part of at least 20 calls in 10 s failed.',
    }),
    successes_to_close: whole(
      2,
      { min: 1, max: 100 },
      {
        env: 'ENDPOINTS_SUCCESSES_TO_CLOSE',
        unit: 'count',
        description: 'So many single calls must go well before it gets its part again.',
      },
    ),
    open_time: duration(
      '1s',
      { min: '10ms', max: '1h' },
      {
        env: 'ENDPOINTS_OPEN_TIME',
        description: 'How long it is left alone the first time; twice as long each time that it fails again.',
      },
    ),
    max_open_time: duration(
      '60s',
      { min: '10ms', max: '1d' },
      { env: 'ENDPOINTS_MAX_OPEN_TIME', description: 'Longest time that it is left alone.' },
    ),
    check_interval: duration(
      '0s',
      { max: '1d' },
      {
        env: 'ENDPOINTS_CHECK_INTERVAL',
        description:
          'How often each worker asks each endpoint for `check_path`, without a key and without spending a token; 0s: never. Any answer below 500 is a sign of life.',
      },
    ),
    check_path: word('/models', {
      env: 'ENDPOINTS_CHECK_PATH',
      description: 'What is asked for, behind the URL of the endpoint.',
    }),
    check_timeout: duration(
      '5s',
      { min: '10ms', max: '1m' },
      { env: 'ENDPOINTS_CHECK_TIMEOUT', description: 'Longest wait for the answer.' },
    ),
  },
  'The endpoints of providers: what may be added over the API, and when one is left alone.',
);
