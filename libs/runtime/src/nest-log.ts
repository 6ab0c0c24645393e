import { type LoggerService } from '@nestjs/common';
import { type Log } from '#observability';

/** Nest's own messages in our log; what it says of every route and module at start is debug. */
export class NestLog implements LoggerService {
  constructor(private readonly logger: Log) {}

  log(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message));
  }

  debug(message: unknown, context?: unknown): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: unknown): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, stack?: unknown): void {
    this.logger.error({ stack }, message instanceof Error ? message.message : String(message));
  }

  fatal(message: unknown): void {
    this.logger.error({}, String(message));
  }
}
