import { z } from 'zod';
import { duration, whole, word } from '../fields.js';
import { parseProxies } from '../trusted-proxies.js';
import { section } from './section.js';

function isOrigin(text: string): boolean {
  return text === '*' || URL.parse(text)?.origin === text;
}

export const http = section(
  {
    host: word('', {
      env: 'HOST',
      description:
        'Address to listen on. Empty: 127.0.0.1 while no API keys are configured, every address once they are.',
    }),
    port: whole(
      8080,
      { min: 0, max: 65_535 },
      {
        env: 'PORT',
        description:
          'Port to listen on; 0 takes a free one. Without a setting workers take 8081 and schedulers 8082.',
      },
    ),
    body_limit: whole(
      1_048_576,
      { min: 1_024, max: 104_857_600 },
      { env: 'HTTP_BODY_LIMIT', unit: 'bytes', description: 'Largest request body.' },
    ),
    request_timeout: duration(
      '30s',
      { min: '1s', max: '1h' },
      {
        env: 'HTTP_REQUEST_TIMEOUT',
        description: 'Longest time that a client may take to send a request.',
      },
    ),
    max_streams: whole(
      15_000,
      { min: 1, max: 1_000_000 },
      {
        env: 'HTTP_MAX_STREAMS',
        unit: 'count',
        description: 'Most reply streams open at once in one process.',
      },
    ),
    allowed_hosts: word('localhost,127.0.0.1,[::1]', {
      env: 'HTTP_ALLOWED_HOSTS',
      description:
        'Host names that are answered while no API keys are configured, comma-separated (guards against DNS rebinding).',
    }),
    trusted_proxies: z
      .string()
      .transform((given, context) => {
        const proxies = parseProxies(given);
        if (proxies) return proxies;
        context.addIssue({ code: 'custom', message: 'must be addresses and networks such as 10.0.0.0/8' });
        return z.NEVER;
      })
      .prefault('')
      .meta({
        env: 'HTTP_TRUSTED_PROXIES',
        description:
          'Addresses and networks (`10.0.0.0/8`, `loopback`) of proxies, comma-separated, whose `x-forwarded-for` is believed; from anybody else it is not.',
      }),
    cors_origins: z
      .string()
      .transform((given, context) => {
        const origins = given
          .split(',')
          .map((origin) => origin.trim())
          .filter((origin) => origin !== '');
        if (origins.every(isOrigin)) return origins;
        context.addIssue({ code: 'custom', message: 'must be * or origins such as https://app.example.com' });
        return z.NEVER;
      })
      .prefault('')
      .meta({
        env: 'HTTP_CORS_ORIGINS',
        description:
          'Origins, comma-separated, whose pages may call the API (CORS); `*`: all of them. Empty: none but its own.',
      }),
    drain_delay: duration(
      '0s',
      { max: '1m' },
      {
        env: 'HTTP_DRAIN_DELAY',
        description:
          'Time between the not-ready answer and the closed listener at shutdown; give a load balancer its time.',
      },
    ),
  },
  'The HTTP server of every process.',
);
