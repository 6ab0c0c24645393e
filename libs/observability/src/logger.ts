import { hostname } from 'node:os';
import { type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on standard output; what looks like a credential is never written. */
export function createLogger(level: string, process: string): Logger {
  return pino({
    level,
    base: { process, host: hostname() },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: [
        'authorization',
        '*.authorization',
        '*.api_key',
        '*.secret',
        '*.key',
        '*["x-api-key"]',
        'req.headers',
      ],
      censor: '[redacted]',
    },
  });
}
