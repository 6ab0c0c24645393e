import { setTimeout as delay } from 'node:timers/promises';
import { type CacheSettings } from '#config';
import { type Metrics } from '#observability';
import { Flights } from './flights.js';
import { type Claim, type Look, type Place, type Results } from './results.js';

/** How often a call of another process is looked after, from this to that. */
const LOOK_EVERY_MS = [25, 400] as const;

/** The equal messages of a process that dies wait for its claim to run out. */
const CLAIM_MS = 3_000;
const RENEW_EVERY_MS = CLAIM_MS / 3;

/** An answer that somebody else has paid for. */
export interface Found {
  readonly text: string;
  readonly ageMs: number;
}

/** The right to make the answer; `end` must be called, with the answer if it may be kept and told to others. */
export interface Turn {
  readonly end: (text: string | undefined) => Promise<void>;
}

export interface Wish extends Place {
  /** Greatest age of an answer, and for how long a new one is kept. */
  readonly ttlMs: number;
  /** Longest wait for somebody else's call. */
  readonly waitMs: number;
}

type Land = (found: Found | undefined) => void;

/**
 * Asks for the answer to a request, or for the right to make it. The first who asks looks into the store; whoever asks
 * meanwhile in the same process follows it. Where another process makes the answer already, the first waits for that. Each
 * waits for at most `waitMs` in all and then goes on by itself, as it does when what it waited for came to nothing. Nobody who
 * makes a call waits for anybody.
 */
export class ResultCache {
  readonly #flights = new Flights<Found>();

  constructor(
    private readonly results: Results,
    private readonly settings: CacheSettings,
    private readonly metrics: Metrics,
  ) {}

  /** Throws the signal's reason when it is aborted. */
  async ask(wish: Wish, signal: AbortSignal): Promise<Found | Turn> {
    const ahead = this.#flights.of(nameOf(wish));
    const claim = { token: crypto.randomUUID(), ms: CLAIM_MS };
    if (!ahead) return this.#first(wish, claim, signal);
    const told = await ahead.within(wish.waitMs, signal);
    return told ? this.#found('shared', told) : this.#turn(wish, claim);
  }

  async #first(wish: Wish, claim: Claim, signal: AbortSignal): Promise<Found | Turn> {
    const land = this.#flights.begin(nameOf(wish));
    try {
      const look = await this.results.look(wish, wish.ttlMs, claim);
      const found = look.state === 'busy' ? await this.#wait(wish, signal) : look;
      signal.throwIfAborted();
      if (found.state !== 'hit') return this.#turn(wish, claim, land);
      land(found);
      return this.#found(look.state === 'busy' ? 'shared' : 'hit', found);
    } catch (error) {
      land(undefined);
      await this.results.giveUp(wish, claim.token);
      throw error;
    }
  }

  /** Until another process has made the answer, has given up, or has taken too long. */
  async #wait(wish: Wish, signal: AbortSignal): Promise<Look> {
    const endsAt = performance.now() + wish.waitMs;
    let everyMs: number = LOOK_EVERY_MS[0];
    for (;;) {
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0) return { state: 'free' };
      await delay(Math.min(everyMs, leftMs), undefined, { signal }).catch(() => signal.throwIfAborted());
      const look = await this.results.look(wish, wish.ttlMs);
      if (look.state !== 'busy') return look;
      everyMs = Math.min(everyMs * 2, LOOK_EVERY_MS[1]);
    }
  }

  /** `land`: how those who follow in this process hear of it; without it nobody follows, and there is nothing to renew. */
  #turn(wish: Wish, claim: Claim, land?: Land): Turn {
    this.#count('miss');
    const renewing = land && setInterval(() => void this.results.renew(wish, claim), RENEW_EVERY_MS).unref();
    return {
      end: async (text) => {
        clearInterval(renewing);
        land?.(text === undefined ? undefined : { text, ageMs: 0 });
        if (text === undefined) return this.results.giveUp(wish, claim.token);
        return this.#keep(wish, text, claim);
      },
    };
  }

  async #keep(wish: Wish, text: string, { token }: Claim): Promise<void> {
    if (Buffer.byteLength(text) > this.settings.value.max_entry) {
      this.#count('too_large');
      return this.results.giveUp(wish, token);
    }
    if (await this.results.keep(wish, text, wish.ttlMs, token)) this.#count('stored');
  }

  #found(outcome: 'hit' | 'shared', { text, ageMs }: Found): Found {
    this.#count(outcome);
    return { text, ageMs };
  }

  #count(outcome: 'hit' | 'miss' | 'shared' | 'stored' | 'too_large'): void {
    this.metrics.cacheRequests.inc({ outcome });
  }
}

function nameOf({ tenantId, key }: Place): string {
  return `${tenantId}\n${key}`;
}
