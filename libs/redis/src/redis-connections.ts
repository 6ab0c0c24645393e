import { Redis, type RedisOptions } from 'ioredis';
import { AppError } from '#contracts';
import { waitFor } from '#runtime';
import { gatherWrites } from './gather-writes.js';

/** Longest time that a caller who must have an answer waits for Redis. */
const COMMAND_TIMEOUT_MS = 800;

/**
 * How a connection is given up that a firewall or a lost machine has made deaf without telling: when a command has no
 * answer for so long, and while there is no command, by the questions of TCP after so much silence. Without it such a
 * connection is waited for without end.
 */
export const DEAF = { socketTimeout: 10_000, keepAlive: 10_000 } as const satisfies RedisOptions;

const MANNERS = {
  prompt: {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
  },
  patient: { maxRetriesPerRequest: null },
} as const satisfies Record<string, RedisOptions>;

const reconnect = (times: number) => Math.min(50 * 2 ** Math.min(times, 5), 1_000);

/**
 * The connections of one process, each kind with the manners of its users: `prompt` fails at once while
 * Redis is away (somebody waits for an answer), `patient` waits until it is back (a worker's work must go on).
 */
export class RedisConnections {
  readonly #open: Redis[] = [];
  #lastError: Error | undefined;
  readonly prompt: Redis;
  readonly patient: Redis;

  constructor(
    private readonly url: string,
    prefix: string,
    private readonly onError: (error: Error) => void,
  ) {
    this.prefix = `{${prefix}}`;
    this.prompt = this.connect(MANNERS.prompt);
    this.patient = this.connect(MANNERS.patient);
  }

  /** The first part of every key, a hash tag so that a script may touch several keys in a cluster. */
  readonly prefix: string;

  /** A connection of its own for subscribing; what it has subscribed to comes back with the connection. */
  subscriber(): Redis {
    return this.connect(MANNERS.patient);
  }

  /** Calls back when Redis is there again after it was away; it may have forgotten what it held. */
  onReconnect(listener: () => void): void {
    const again = () => this.patient.on('ready', listener);
    if (this.patient.status === 'ready') again();
    else this.patient.once('ready', () => setImmediate(again));
  }

  async waitUntilReady(timeoutMs: number): Promise<void> {
    await waitFor(() => this.ping(), timeoutMs, 'Redis');
  }

  /** Throws what keeps the connection from being there, rather than that it is not. */
  async ping(): Promise<void> {
    try {
      await this.prompt.ping();
    } catch (error) {
      throw this.#lastError ?? error;
    }
    this.#lastError = undefined;
  }

  /** Settings of the server under which messages could get lost from the schedule, in plain words. */
  async unsafeSettings(): Promise<string[]> {
    const [policy, aof] = await Promise.all([this.#setting('maxmemory-policy'), this.#setting('appendonly')]);
    const warnings: string[] = [];
    if (policy !== undefined && policy !== 'noeviction')
      warnings.push(`Redis has maxmemory-policy ${policy}: it may evict the schedule; set noeviction`);
    if (aof === 'no')
      warnings.push(
        'Redis has appendonly no: a restart loses the schedule (it is rebuilt from the ledger); set appendonly yes',
      );
    return warnings;
  }

  close(): void {
    for (const connection of this.#open) connection.disconnect();
  }

  private connect(options: RedisOptions): Redis {
    const connection = new Redis(this.url, {
      ...DEAF,
      ...options,
      retryStrategy: reconnect,
      replyMapping: 'legacy',
    });
    connection.on('error', (error) => {
      this.#lastError = error;
      this.onError(error);
    });
    connection.on('connect', () => gatherWrites(connection.stream));
    this.#open.push(connection);
    return connection;
  }

  /** Undefined where the server does not tell (managed services forbid CONFIG). */
  async #setting(name: string): Promise<string | undefined> {
    try {
      const answer = (await this.prompt.call('CONFIG', ['GET', name])) as unknown;
      return Array.isArray(answer) ? (answer[1] as string | undefined) : undefined;
    } catch {
      return undefined;
    }
  }
}

/** Runs a Redis operation; whatever goes wrong comes out as `redis_unavailable`. */
export async function viaRedis<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (cause) {
    if (cause instanceof AppError) throw cause;
    throw new AppError('redis_unavailable', 'Redis does not answer; try again shortly', { cause });
  }
}
