import { ClientRedis, type MessageHandler, type RedisOptions, ServerRedis } from '@nestjs/microservices';
import { atMost } from '#runtime';

type Options = NonNullable<RedisOptions['options']>;

/** A process that ends waits this long for Redis to say goodbye. */
const GOODBYE_MS = 1_000;

/** Nest's Redis server on channels of its own, so that two systems on one Redis do not hear each other. */
export class PrefixedServer extends ServerRedis {
  constructor(
    options: Options,
    private readonly prefix: string,
  ) {
    super(options);
  }

  override addHandler(
    pattern: string,
    callback: MessageHandler,
    isEvent?: boolean,
    extras?: Record<string, unknown>,
  ) {
    super.addHandler(this.prefix + pattern, callback, isEvent, extras);
  }

  override async close(): Promise<void> {
    await atMost(GOODBYE_MS, super.close());
  }
}

/** The sending end. */
export class PrefixedClient extends ClientRedis {
  constructor(
    options: Options,
    private readonly prefix: string,
  ) {
    super(options);
  }

  override emit<R = unknown, I = unknown>(pattern: string, data: I) {
    return super.emit<R, I>(this.prefix + pattern, data);
  }
}
