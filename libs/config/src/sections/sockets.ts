import { z } from 'zod';
import { duration, whole } from '../fields.js';
import { section } from './section.js';

/** Reads `https://a.example, https://b.example:8443`; undefined when one of them is no origin. */
function parseOrigins(text: string): string[] | undefined {
  const entries = text
    .split(',')
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== '');
  return entries.every((entry) => entry === 'null' || URL.parse(entry)?.origin === entry)
    ? entries
    : undefined;
}

export const sockets = section(
  {
    max_connections: whole(
      15_000,
      { min: 1, max: 1_000_000 },
      {
        env: 'SOCKET_MAX_CONNECTIONS',
        unit: 'count',
        description: 'Most WebSocket connections of one process; one more is answered with 503.',
      },
    ),
    max_per_address: whole(
      2_000,
      { min: 1, max: 1_000_000 },
      {
        env: 'SOCKET_MAX_PER_ADDRESS',
        unit: 'count',
        description:
          'Most of them from one address (of IPv6 from one /64 network); one more is answered with 429. See `http.trusted_proxies`.',
      },
    ),
    allowed_origins: z
      .string()
      .transform((given, context) => {
        const origins = parseOrigins(given);
        if (origins) return origins;
        context.addIssue({ code: 'custom', message: 'must be origins such as https://app.example.com' });
        return z.NEVER;
      })
      .prefault('')
      .meta({
        env: 'SOCKET_ALLOWED_ORIGINS',
        description:
          'Origins of web pages that may connect, comma-separated (`https://app.example.com`); empty: any. Programs, which send no origin, always may.',
      }),
    ping: duration(
      '27s',
      { min: '20ms', max: '10m' },
      { env: 'SOCKET_PING', description: 'How often the peer of a connection is pinged.' },
    ),
    dead_after: duration(
      '30s',
      { min: '30ms', max: '15m' },
      {
        env: 'SOCKET_DEAD_AFTER',
        description: 'A peer of which nothing was heard for so long, pongs included, is cut off.',
      },
    ),
    write_timeout: duration(
      '10s',
      { min: '50ms', max: '5m' },
      {
        env: 'SOCKET_WRITE_TIMEOUT',
        description:
          'A peer that takes nothing of what waits for it (256 KB or more) for this long is closed.',
      },
    ),
  },
  'WebSocket connections.',
);
