import { Redis } from 'ioredis';
import { Client } from 'pg';
import { type Actor, type Stage } from './stage.js';

/** Room for everything: a refused message would be a cheap one. */
const ROOM = Object.fromEntries(
  ['REALTIME', 'HIGH', 'NORMAL', 'LOW'].map((band) => [`QUEUE_MAX_WAITING_${band}`, '10000000']),
);

/** A condition: what the schedule may not have yet. */
export const NOT_ENQUEUED = `status = 'pending' OR handover IN (SELECT id FROM handovers)`;

/** How often what a busy database refused is sent again. */
const MOST_TRIES = 100;

/** What the upstream of a bench can do: the simulator, with one chunk after `callMs`. */
export interface Upstream {
  readonly slots: number;
  readonly callMs: number;
}

/** A gateway, some workers and a scheduler on the stores of a stage, with eyes on both stores. */
export class Fleet {
  private constructor(
    readonly gateway: Actor,
    readonly workers: readonly Actor[],
    readonly postgres: Client,
    readonly redis: Redis,
  ) {}

  static async start(
    stage: Stage,
    workers: number,
    { slots, callMs }: Upstream,
    env: NodeJS.ProcessEnv = {},
  ): Promise<Fleet> {
    const settings = {
      ...ROOM,
      SIMULATOR_CHUNKS: '1',
      SIMULATOR_DELAY: `${callMs}ms`,
      SIMULATOR_MAX_CONCURRENCY: String(slots),
      QUEUE_SHEDDING: 'false',
      ...env,
    };
    const gateway = await stage.role('api-gateway', settings);
    const members = Array.from({ length: workers }, () => stage.role('queue-manager', settings));
    await stage.role('scheduler', settings);
    const postgres = new Client({ connectionString: stage.postgres.url });
    const redis = new Redis(stage.redis.url);
    // A bench that fails ends both stores; what they say of it would hide why.
    postgres.on('error', () => undefined);
    redis.on('error', () => undefined);
    await postgres.connect();
    return new Fleet(gateway, await Promise.all(members), postgres, redis);
  }

  async close(): Promise<void> {
    await this.postgres.end();
    this.redis.disconnect();
  }

  /** Sends one message; throws unless it is accepted. */
  async send(body: Readonly<Record<string, unknown>>): Promise<string> {
    const answer = await this.#post('/api/v1/messages', body);
    return ((await answer.json()) as { id: string }).id;
  }

  /** Sends many messages, a thousand in one request, a few requests at a time. */
  async sendAll(bodies: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    const requests: (typeof bodies)[] = [];
    for (let i = 0; i < bodies.length; i += 1_000) requests.push(bodies.slice(i, i + 1_000));
    const lane = async () => {
      for (let next = requests.shift(); next; next = requests.shift()) await this.#sendTogether(next);
    };
    await Promise.all([lane(), lane(), lane(), lane()]);
  }

  /** While it is paused nothing starts, so that a backlog can be made before it is worked off. */
  async pause(paused: boolean): Promise<void> {
    await this.#post(`/api/v1/queues/${paused ? 'pause' : 'resume'}`, {}, [200]);
    // Every worker hears of it, or reads it, within a second.
    await sleep(1_500);
  }

  async rows<R>(sql: string, values: readonly unknown[] = []): Promise<R[]> {
    return (await this.postgres.query(sql, [...values])).rows as R[];
  }

  async count(where: string): Promise<number> {
    return (await this.rows<{ n: number }>(`SELECT count(*)::int AS n FROM messages WHERE ${where}`))[0]!.n;
  }

  /** Resolves when `condition` holds; looks every `everyMs`. */
  async until(condition: () => Promise<boolean>, timeoutMs: number, everyMs = 100): Promise<void> {
    const endsAt = performance.now() + timeoutMs;
    while (!(await condition())) {
      if (performance.now() > endsAt) throw new Error(`It took longer than ${timeoutMs} ms`);
      await sleep(everyMs);
    }
  }

  /** What is refused because the database is busy for a moment is sent again. */
  async #sendTogether(bodies: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    let left = bodies;
    for (let tries = 0; left.length > 0; tries += 1) {
      const answer = await this.#post('/api/v1/messages/batch', { messages: left }, [200, 201]);
      const { results } = (await answer.json()) as { results: readonly { status: number }[] };
      const refused = results.filter(({ status }) => status !== 201);
      if (refused.some(({ status }) => status !== 503) || tries > MOST_TRIES)
        throw new Error(
          `${refused.length} of ${left.length} messages were not accepted: ${JSON.stringify(refused[0])}`,
        );
      left = left.filter((_, i) => results[i]!.status !== 201);
    }
  }

  async #post(path: string, body: unknown, expected: readonly number[] = [201]): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(this.gateway.url + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    if (!expected.includes(answer.status))
      throw new Error(`${path} answered ${answer.status}: ${(await answer.text()).slice(0, 500)}`);
    return answer;
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
