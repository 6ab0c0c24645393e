import { z } from 'zod';
import { duration, optionalWhole, optionalWord, parseDuration } from '../fields.js';
import { section } from './section.js';

/** What belongs to messages, whose channels are not made by rules. */
const RESERVED = ['chat', 'messages', 'conversations', 'tasks', 'user'];

const historyTtl = z
  .union([z.string(), z.number()])
  .default('5m')
  .transform((given, context) => {
    const ms = parseDuration(given);
    if (ms !== undefined && ms >= 1_000 && ms <= 7 * 86_400_000) return ms;
    context.addIssue({ code: 'custom', message: 'must be a duration from 1s to 7d' });
    return z.NEVER;
  });

const rules = z
  .strictObject({
    presence: z.boolean().default(false),
    publish: z.boolean().default(false),
    join_leave: z.boolean().default(false),
    force_push_join_leave: z.boolean().default(false),
    token: z.boolean().default(false),
    history_size: z.number().int().min(0).max(10_000).default(0),
    history_ttl: historyTtl,
  })
  .refine(({ join_leave, force_push_join_leave }) => join_leave || !force_push_join_leave, {
    path: ['force_push_join_leave'],
    message: 'needs join_leave: true',
  });

const namespace = z
  .string()
  .regex(/^[\w-]{0,64}$/, 'must be letters, digits, _ or -')
  .refine((name) => !RESERVED.includes(name), `must not be one of ${RESERVED.join(', ')}`);

/** What is no JSON is left for the schema to refuse. */
function parseJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

const ANYBODY = { '': { presence: true, publish: true, history_size: 100 } };

export const centrifuge = section(
  {
    token_secret: optionalWord({
      env: 'CENTRIFUGE_TOKEN_SECRET',
      secret: true,
      description:
        'Key of the connection and subscription tokens (HS256) that a backend of yours signs for its users. Empty: there are none.',
    }),
    api_key: optionalWord({
      env: 'CENTRIFUGE_API_KEY',
      secret: true,
      description: 'Key of the server API (`POST /api/publish` and its like). Empty: nobody may use it.',
    }),
    port: optionalWhole(
      { min: 0, max: 65_535 },
      {
        env: 'CENTRIFUGE_PORT',
        description:
          'Further port on which gateways answer just as on `http.port`, for pages and clients that have it written into them, such as 8000; 0 takes a free one. Empty: none.',
      },
    ),
    ping: duration(
      '25s',
      { min: '1s', max: '10m' },
      { env: 'CENTRIFUGE_PING', description: 'How often clients of the Centrifuge protocol are pinged.' },
    ),
    namespaces: z
      .preprocess(parseJson, z.record(namespace, rules, 'must be a mapping, as JSON in the environment'))
      .prefault(ANYBODY)
      .meta({
        env: 'CENTRIFUGE_NAMESPACES',
        description:
          'Channels by what stands before their first colon, `""` for those without one: `presence`, `publish` (by clients), `join_leave` (who comes and goes is told to those who ask for it; with `force_push_join_leave` to all), `token` (only with a subscription token), `history_size` (0: none, and nothing can be recovered), `history_ttl`. Each tenant has channels of its own. In the environment as JSON: `{"news": {"history_size": 10, "history_ttl": "1h"}}`.',
      }),
  },
  'The Centrifuge protocol.',
);
