import { Agent, request } from 'undici';
import { type Outcome, type Pick, Upstreams } from '#balancing';
import { BALANCING, type EndpointSpec } from '#catalog';
import { createLogger, Metrics } from '#observability';
import { type FakeUpstream } from '../upstream/fake-upstream.js';

type Strategy = (typeof BALANCING)[number];

/** When a call began, and which endpoint answered it in the end. */
export interface Answered {
  readonly at: number;
  readonly by: string;
  /** Endpoints that failed before. */
  readonly tried: number;
}

/** Calls model servers as a worker does: picks, streams, tells how it went, and tries elsewhere before the first byte. */
export class BalancedClient {
  readonly upstreams = new Upstreams(new Metrics(), createLogger('silent', 'test'));
  readonly answered: Answered[] = [];
  readonly #agent = new Agent({ connections: 64 });
  readonly #endpoints: readonly EndpointSpec[];
  #stopped = false;
  #calling: Promise<unknown> = Promise.resolve();

  constructor(servers: readonly FakeUpstream[], weights: readonly number[] = servers.map(() => 1)) {
    this.#endpoints = servers.map(({ url }, i) => ({
      id: `e${i + 1}`,
      url: `${url}/v1`,
      weight: weights[i]!,
      maxConnections: 64,
      priority: 0,
      group: 'primary',
    }));
  }

  balanceBy(strategy: Strategy): void {
    const balancing = { strategy, affinity: 'none', affinityTimeoutMs: 1_000 } as const;
    this.upstreams.configure([{ name: 'p', endpoints: this.#endpoints, keys: [], balancing }]);
  }

  /** So many calls in all, so many of them at once. */
  async callTimes(times: number, atOnce: number): Promise<void> {
    let left = times;
    const caller = async () => {
      while (left-- > 0) await this.call({ clientIp: `10.0.${left % 251}.${left}` });
    };
    await Promise.all(Array.from({ length: atOnce }, caller));
  }

  /** Calls until it is stopped, so many at once. */
  keepCalling(atOnce: number): void {
    const caller = async () => {
      while (!this.#stopped) await this.call({});
    };
    this.#calling = Promise.all(Array.from({ length: atOnce }, caller));
  }

  /** @throws Error when no endpoint is left */
  async call(client: { readonly clientIp?: string }): Promise<void> {
    const tried: string[] = [];
    const at = performance.now();
    for (;;) {
      const pick = this.upstreams.pick({ provider: 'p', ...client, exclude: { endpoints: tried } });
      if (!pick.available) throw new Error(JSON.stringify(pick));
      const outcome = await this.#ask(pick);
      pick.done(outcome);
      if (outcome.result === 'ok')
        return void this.answered.push({ at, by: pick.endpoint.id, tried: tried.length });
      tried.push(pick.endpoint.id);
    }
  }

  /** Which part of the calls that began from then on each endpoint has answered. */
  shares(since = 0, until = Infinity): number[] {
    const calls = this.answered.filter(({ at }) => at >= since && at < until);
    return this.#endpoints.map(({ id }) => calls.filter(({ by }) => by === id).length / calls.length);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#calling;
    await this.#agent.destroy();
  }

  async #ask(pick: Pick): Promise<Outcome> {
    try {
      const { statusCode, body } = await request(`${pick.endpoint.url}/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({
          model: 'm',
          stream: true,
          messages: [{ role: 'user', content: 'one two three' }],
        }),
        dispatcher: this.#agent,
      });
      const times: number[] = [];
      for await (const bytes of body) {
        if (!String(bytes).includes('"content"')) continue;
        if (times.length === 0) pick.firstToken();
        times.push(performance.now());
      }
      const interTokenMs = times.length > 1 ? (times.at(-1)! - times[0]!) / (times.length - 1) : undefined;
      return { result: statusCode === 200 ? 'ok' : 'provider_unavailable', interTokenMs };
    } catch {
      return { result: 'provider_unavailable' };
    }
  }
}
