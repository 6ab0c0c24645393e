import { createHash } from 'node:crypto';
import { type Redis } from 'ioredis';

/** A Lua script, called by its hash and loaded again when the server has forgotten it. */
export class LuaScript<A extends readonly (string | number | Buffer | undefined)[], R> {
  readonly #sha: string;

  constructor(private readonly source: string) {
    this.#sha = createHash('sha1').update(source).digest('hex');
  }

  /** Sends the whole script, so that it surely runs before what is sent next, also where it has to be loaded. */
  async runInOrder(redis: Redis, keys: readonly string[], args: A): Promise<R> {
    return (await redis.eval(this.source, keys.length, ...keys, ...args.map(String))) as R;
  }

  async run(redis: Redis, keys: readonly (string | number | Buffer | undefined)[], args: A): Promise<R> {
    const rest = [...keys, ...args] as (string | number | Buffer)[];
    try {
      return (await redis.evalsha(this.#sha, keys.length, ...rest)) as R;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return (await redis.eval(this.source, keys.length, ...rest)) as R;
    }
  }
}
