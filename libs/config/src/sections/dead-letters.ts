import { duration, whole } from '../fields.js';
import { section } from './section.js';

const rate = (value: number, env: string, description: string) =>
  whole(value, { min: 1, max: 10_000 }, { env, unit: 'count', description });

export const deadLetters = section(
  {
    retention: duration(
      '30d',
      { min: '1s', max: '365d' },
      {
        env: 'DEAD_LETTER_RETENTION',
        description:
          'A dead letter that is older is deleted; its message stays, as failed, and a conversation that it blocks goes on.',
      },
    ),
    audit_retention: duration(
      '90d',
      { min: '1s', max: '365d' },
      {
        env: 'DEAD_LETTER_AUDIT_RETENTION',
        description: 'How long it is remembered who requeued or deleted what.',
      },
    ),
    redrive_rate: rate(
      50,
      'DEAD_LETTER_REDRIVE_RATE',
      'Messages per second that a redrive requeues when it names no rate.',
    ),
    max_redrive_rate: rate(
      500,
      'DEAD_LETTER_MAX_REDRIVE_RATE',
      'Highest rate that a redrive may ask for, in messages per second.',
    ),
  },
  'Messages that failed for good.',
);
