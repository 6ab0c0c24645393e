import { type Reach } from '#limits';
import { type RedisConnections } from '#redis';
import { type Claim, type Look, type Place, type ResultBounds, Results } from './results.js';
import { GIVE_UP, KEEP, LOOK, RENEW } from './results.lua.js';

/** Answers in Redis, shared by every process that uses the same prefix. */
export class RedisResults extends Results {
  constructor(
    private readonly connections: RedisConnections,
    private readonly reach: Reach,
    private readonly bounds: ResultBounds,
  ) {
    super();
  }

  async look(place: Place, maxAgeMs: number, claim?: Claim): Promise<Look> {
    const { entries, until, used, claims } = this.#keysOf(place);
    const args = [place.key, maxAgeMs, claim?.token ?? '', claim?.ms ?? 0] as const;
    const found = await this.reach.ask(() =>
      LOOK.run(this.connections.prompt, [entries, until, used, claims], [...args]),
    );
    if (!found) return { state: 'free' };
    const [state] = found;
    return state === 'hit' ? { state, text: found[1], ageMs: found[2] } : { state };
  }

  async renew(place: Place, { token, ms }: Claim): Promise<void> {
    const { claims } = this.#keysOf(place);
    await this.reach.ask(() => RENEW.run(this.connections.prompt, [claims], [token, ms]));
  }

  async keep(place: Place, text: string, ttlMs: number, token: string): Promise<boolean> {
    const { entries, until, used, claims, bytes } = this.#keysOf(place);
    const bounds = [this.bounds.bytes, this.bounds.entries] as const;
    const kept = await this.reach.ask(() =>
      KEEP.run(
        this.connections.prompt,
        [entries, until, used, claims, bytes],
        [place.key, text, ttlMs, token, ...bounds],
      ),
    );
    return kept === 1;
  }

  async giveUp(place: Place, token: string): Promise<void> {
    const { claims } = this.#keysOf(place);
    await this.reach.ask(() => GIVE_UP.run(this.connections.prompt, [claims], [token]));
  }

  #keysOf({ tenantId, key }: Place) {
    const tenant = `${this.connections.prefix}:cache:${encodeURIComponent(tenantId)}`;
    return {
      entries: `${tenant}:entries`,
      until: `${tenant}:until`,
      used: `${tenant}:used`,
      bytes: `${tenant}:bytes`,
      claims: `${tenant}:claim:${key}`,
    };
  }
}
