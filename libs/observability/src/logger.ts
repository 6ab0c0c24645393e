import { hostname } from 'node:os';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';

export type { Logger };

/** JSON lines on standard output; what looks like a credential is never written. */
export function createLogger(level: string, role: string): Logger {
  return pino(optionsOf(level, role), (standardOutput ??= new GatheredLines()));
}

let standardOutput: GatheredLines | undefined;

function optionsOf(level: string, role: string): LoggerOptions {
  return {
    level,
    base: { process: role, host: hostname() },
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
  };
}

/** Past it lines are written before the turn ends. */
const MOST_BYTES = 16_000;

/** The lines of one turn of the event loop are written at once: one by one they are a twentieth of what a message costs. */
class GatheredLines implements DestinationStream {
  readonly #out = pino.destination({ sync: true, minLength: MOST_BYTES });
  #isGathering = false;

  constructor() {
    process.on('exit', () => this.#out.flushSync());
  }

  write(line: string): void {
    this.#out.write(line);
    if (this.#isGathering) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      this.#out.flushSync();
    });
  }
}
