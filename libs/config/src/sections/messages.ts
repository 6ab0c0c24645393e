import { duration, flag, whole } from '../fields.js';
import { section } from './section.js';

export const messages = section(
  {
    max_content_length: whole(
      100_000,
      { min: 1, max: 4_000_000 },
      { env: 'MESSAGE_MAX_CONTENT_LENGTH', unit: 'characters', description: 'Longest content of a message.' },
    ),
    max_data_size: whole(
      262_144,
      { min: 1_000, max: 64_000_000 },
      {
        env: 'MESSAGE_MAX_DATA_SIZE',
        unit: 'characters',
        description: 'Longest `data` of a message, as JSON.',
      },
    ),
    max_reply_length: whole(
      1_000_000,
      { min: 1_000, max: 16_000_000 },
      {
        env: 'MESSAGE_MAX_REPLY_LENGTH',
        unit: 'characters',
        description: 'Longest reply; a longer one fails the message.',
      },
    ),
    timeout: duration(
      '5m',
      { min: '1s', max: '24h' },
      {
        env: 'MESSAGE_TIMEOUT',
        description: 'Longest time that one attempt may take.',
      },
    ),
    max_retries: whole(
      3,
      { min: 0, max: 100 },
      {
        env: 'MESSAGE_MAX_RETRIES',
        unit: 'count',
        description: 'Failed attempts after which a message becomes a dead letter.',
      },
    ),
    retry_base: duration(
      '1s',
      { min: '10ms', max: '10m' },
      {
        env: 'MESSAGE_RETRY_BASE',
        description: 'Longest wait before the first retry; doubles with each further one.',
      },
    ),
    retry_cap: duration(
      '1m',
      { min: '10ms', max: '24h' },
      {
        env: 'MESSAGE_RETRY_CAP',
        description: 'Longest wait before any retry.',
      },
    ),
    repeat_window: duration(
      '10m',
      { min: '0s', max: '24h' },
      {
        env: 'MESSAGE_REPEAT_WINDOW',
        description:
          'A request that a client library repeats by itself, without an idempotency key, is answered with an equal one of this time.',
      },
    ),
    retention: duration(
      '0s',
      { min: '0s', max: '3650d' },
      {
        env: 'MESSAGE_RETENTION',
        description: 'Messages that ended this long ago are deleted, with replies and calls; 0s: never.',
      },
    ),
  },
  'Messages and their attempts.',
);

export const conversations = section(
  {
    max_waiting_turns: whole(
      100,
      { min: 1, max: 10_000 },
      {
        env: 'CONVERSATION_MAX_WAITING_TURNS',
        unit: 'count',
        description: 'Most turns of a conversation that may wait or run; one more is answered with 429.',
      },
    ),
    begin_unknown: flag(true, {
      env: 'CONVERSATION_BEGIN_UNKNOWN',
      description:
        'Whether a message that names a conversation which is not there begins it under this id (letters, digits, `_`, `-`, `.`); else it is answered with 404.',
    }),
    context_tokens: whole(
      8_000,
      { min: 16, max: 10_000_000 },
      {
        env: 'CONVERSATION_CONTEXT_TOKENS',
        unit: 'tokens',
        description: 'Most tokens of a prompt; the oldest turns are dropped first, the system context stays.',
      },
    ),
    context_turns: whole(
      200,
      { min: 1, max: 5_000 },
      {
        env: 'CONVERSATION_CONTEXT_TURNS',
        unit: 'count',
        description: 'Most earlier turns that are looked at for a prompt.',
      },
    ),
    inactive_after: duration(
      '30m',
      { min: '0s', max: '3650d' },
      {
        env: 'CONVERSATION_INACTIVE_AFTER',
        description: 'A conversation without messages for this long becomes inactive; 0s: never.',
      },
    ),
    archive_after: duration(
      '30d',
      { min: '0s', max: '3650d' },
      {
        env: 'CONVERSATION_ARCHIVE_AFTER',
        description:
          'An inactive conversation without messages for this long is archived and takes no more of them; 0s: never.',
      },
    ),
  },
  'What a model is told of the conversation.',
);

export const streams = section(
  {
    coalesce: duration(
      '25ms',
      { min: '0ms', max: '1s' },
      {
        env: 'STREAM_COALESCE',
        description: 'How long text is collected into one event after the first token.',
      },
    ),
    retention: duration(
      '30m',
      { min: '1s', max: '7d' },
      {
        env: 'STREAM_RETENTION',
        description: 'How long the events of an ended reply stay; the reply itself stays in the ledger.',
      },
    ),
    idle_retention: duration(
      '1h',
      { min: '10s', max: '7d' },
      {
        env: 'STREAM_IDLE_RETENTION',
        description: 'How long the events of a running reply stay without a new one.',
      },
    ),
    heartbeat: duration(
      '15s',
      { min: '100ms', max: '5m' },
      {
        env: 'STREAM_HEARTBEAT',
        description: 'While a stream is silent, a comment is sent and the ledger is asked this often.',
      },
    ),
    watchdog: duration(
      '5s',
      { min: '100ms', max: '1m' },
      {
        env: 'STREAM_WATCHDOG',
        description: 'A silent reader looks into the log this often, should news of an event have got lost.',
      },
    ),
    write_timeout: duration(
      '10s',
      { min: '100ms', max: '5m' },
      {
        env: 'STREAM_WRITE_TIMEOUT',
        description: 'A reader that takes nothing for this long is closed; it can resume.',
      },
    ),
  },
  'Reply streams.',
);
