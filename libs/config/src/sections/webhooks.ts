import { z } from 'zod';
import { duration, flag, parseDuration, whole, word } from '../fields.js';
import { section } from './section.js';

const MAX_TRIES = 50;
const MAX_WAIT_MS = 7 * 86_400_000;

/** `5s,1m,5m` as ms; undefined when one of them is no duration, or there are too many. */
function parseSchedule(text: string): readonly number[] | undefined {
  const waits = text
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((entry) => parseDuration(entry));
  const isBad = waits.some((ms) => ms === undefined || ms > MAX_WAIT_MS);
  return isBad || waits.length > MAX_TRIES ? undefined : (waits as number[]);
}

/** `whsec_…` holds the key as base64; anything else is the key itself. */
function parseSecrets(text: string): readonly string[] {
  return text
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
}

/** 32 bytes each, as base64; undefined: one of them is not. */
function parseKeys(text: string): readonly string[] | undefined {
  const given = text
    .split(',')
    .map((key) => key.trim())
    .filter((key) => key !== '');
  return given.every((key) => Buffer.from(key, 'base64').length === 32) ? given : undefined;
}

/** What is no JSON is left for the schema to refuse. */
function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

const tenantName = z.string().min(1).max(64);
const secretText = z.string().min(1).max(1_024);
const httpUrl = z.url({ protocol: /^https?$/, error: 'must be an http or https URL' });

export const webhooks = section(
  {
    secrets: z.string().transform(parseSecrets).prefault('').meta({
      env: 'WEBHOOK_SECRETS',
      secret: true,
      description:
        'Keys that sign callbacks (`webhook-signature`, Standard Webhooks), comma-separated: `whsec_` and base64, or any text. While there are two, both sign, so that receivers can change over; empty: callbacks are not signed.',
    }),
    tenant_secrets: z
      .preprocess(
        parseJson,
        z.record(tenantName, z.array(secretText), 'must be a mapping, as JSON in the environment'),
      )
      .prefault({})
      .meta({
        env: 'WEBHOOK_TENANT_SECRETS',
        secret: true,
        description:
          'Keys of single tenants, which sign their callbacks instead of `secrets`: `{"acme": ["whsec_…"]}`, in the environment as JSON.',
      }),
    encryption_keys: z
      .string()
      .transform((given, context) => {
        const keys = parseKeys(given);
        if (keys) return keys;
        const message = 'must be keys of 32 bytes as base64, such as `openssl rand -base64 32` prints';
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      })
      .prefault('')
      .meta({
        env: 'WEBHOOK_ENCRYPTION_KEYS',
        secret: true,
        description:
          'Keys of 32 bytes as base64, comma-separated, with which tokens and headers of callbacks are encrypted in the database (AES-256-GCM): the first encrypts, all decrypt. Empty: they are not encrypted.',
      }),
    dead_letter_urls: z
      .preprocess(parseJson, z.record(tenantName, httpUrl, 'must be a mapping, as JSON in the environment'))
      .prefault({})
      .meta({
        env: 'WEBHOOK_DEAD_LETTER_URLS',
        secret: true,
        description:
          'Where the dead letters of tenants are told: `{"acme": "https://ops.example.com/dead"}`, in the environment as JSON. Private addresses must be in `allowed_hosts`.',
      }),
    allow_private: flag(false, {
      env: 'WEBHOOK_ALLOW_PRIVATE',
      description: 'Whether callbacks may go to private networks and to this machine.',
    }),
    allowed_hosts: word('', {
      env: 'WEBHOOK_ALLOWED_HOSTS',
      description:
        'Names and addresses, comma-separated, to which callbacks may go even if they are private, such as `rule-worker`.',
    }),
    timeout: duration(
      '10s',
      { min: '100ms', max: '1m' },
      { env: 'WEBHOOK_TIMEOUT', description: 'A receiver must have answered with a 2xx by then.' },
    ),
    retry_schedule: z
      .string()
      .transform((given, context) => {
        const waits = parseSchedule(given);
        if (waits) return waits;
        const message = `must be at most ${MAX_TRIES} durations of at most 7d, such as 5s,1m,1h`;
        context.addIssue({ code: 'custom', message });
        return z.NEVER;
      })
      .prefault('5s,1m,5m,30m,2h,5h,10h')
      .meta({
        env: 'WEBHOOK_RETRY_SCHEDULE',
        description:
          'Waits between the tries of a `completed` or `failed` callback, each a fifth shorter or longer by chance; behind the last one it is given up. `started` and `progress` are tried again after 1s, 2s and 3s.',
      }),
    concurrency: whole(
      64,
      { min: 1, max: 10_000 },
      {
        env: 'WEBHOOK_CONCURRENCY',
        unit: 'count',
        description: 'Most callbacks under way at once in each scheduler process.',
      },
    ),
    per_destination: whole(
      8,
      { min: 1, max: 1_000 },
      {
        env: 'WEBHOOK_PER_DESTINATION',
        unit: 'count',
        description:
          'Most of them to one destination (scheme, host and port), so that a slow one does not take all places.',
      },
    ),
    max_open_time: duration(
      '1m',
      { min: '100ms', max: '1h' },
      {
        env: 'WEBHOOK_MAX_OPEN_TIME',
        description:
          'A destination that fails five times in a row is left alone for 5s, and each time that it fails again twice as long, up to this time.',
      },
    ),
    poll: duration(
      '250ms',
      { min: '10ms', max: '1m' },
      {
        env: 'WEBHOOK_POLL',
        description: 'How often each scheduler process looks for callbacks that are due.',
      },
    ),
    retention: duration(
      '7d',
      { min: '1m', max: '365d' },
      {
        env: 'WEBHOOK_RETENTION',
        description: 'How long deliveries that are over can be seen and sent again.',
      },
    ),
  },
  'Callbacks: telling others how their tasks are doing.',
);
