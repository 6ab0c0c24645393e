import { whole } from '../fields.js';
import { rateSchema } from '../rate.js';
import { section } from './section.js';

const burst = (env: string) =>
  whole(
    0,
    { min: 0, max: 10_000_000 },
    { env, unit: 'count', description: 'Most requests at once; 0: as many as the rate names.' },
  );

const rate = (env: string, description: string) => rateSchema.prefault('off').meta({ env, description });

export const limits = section(
  {
    key: section(
      {
        rate: rate(
          'LIMIT_KEY_RATE',
          'Requests of one API key, over all gateways, such as `20/s` or `600/m`; `off`: any number. One more is answered with 429 `rate_limited`. Without API keys all callers together are one key.',
        ),
        burst: burst('LIMIT_KEY_BURST'),
      },
      'Of each API key; `tenants` can say otherwise for the keys of a tenant.',
    ),
    ip: section(
      {
        rate: rate(
          'LIMIT_IP_RATE',
          'Requests from one address, over all gateways, whoever makes them; of IPv6 from one /64 network. See `http.trusted_proxies`.',
        ),
        burst: burst('LIMIT_IP_BURST'),
      },
      'Of each client address.',
    ),
  },
  'How many requests are taken under /api and /sse, and over WebSockets.',
);
