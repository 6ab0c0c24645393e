import { type BalancingSpec } from '#catalog';
import { type Client } from './strategy.js';

/** Most clients that are remembered; of more, those are forgotten that have not come for the longest. */
export const MOST_SESSIONS = 10_000;

export type AffinityKind = BalancingSpec['affinity'];

interface Session {
  readonly endpoint: string;
  readonly usedAt: number;
}

/** Which endpoint a client had last, until it has not come for a while. */
export class Affinity {
  /** In the order of their last use. */
  readonly #sessions = new Map<string, Session>();

  constructor(
    private readonly kind: AffinityKind,
    private readonly timeoutMs: number,
  ) {}

  size(now: number): number {
    this.#forget(now);
    return this.#sessions.size;
  }

  find(client: Client, now: number): string | undefined {
    const key = this.#keyOf(client);
    if (key === undefined) return undefined;
    this.#forget(now);
    return this.#sessions.get(key)?.endpoint;
  }

  remember(client: Client, endpoint: string, now: number): void {
    const key = this.#keyOf(client);
    if (key === undefined) return;
    this.#sessions.delete(key);
    this.#sessions.set(key, { endpoint, usedAt: now });
    if (this.#sessions.size > MOST_SESSIONS) this.#sessions.delete(this.#sessions.keys().next().value!);
  }

  /** Clients of endpoints that are there no more begin anew. */
  keepOnly(endpoints: ReadonlyMap<string, unknown>): void {
    for (const [key, { endpoint }] of this.#sessions)
      if (!endpoints.has(endpoint)) this.#sessions.delete(key);
  }

  /** All whose time is over stand at the front. */
  #forget(now: number): void {
    for (const [key, { usedAt }] of this.#sessions) {
      if (now - usedAt < this.timeoutMs) return;
      this.#sessions.delete(key);
    }
  }

  #keyOf({ clientIp, sessionId, userId }: Client): string | undefined {
    switch (this.kind) {
      case 'none':
        return undefined;
      case 'client_ip':
        return clientIp;
      case 'session_id':
        return sessionId;
      case 'user_id':
        return userId;
    }
  }
}
