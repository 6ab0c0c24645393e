import { setTimeout as delay } from 'node:timers/promises';
import { type CacheSettings } from '#config';
import { type Metrics } from '#observability';
import { Flights } from './flights.js';
import { type Look, type Place, type Results } from './results.js';

/** How often a call of another process is looked after, from this to that. */
const LOOK_EVERY_MS = [25, 400] as const;

/** An answer that somebody else has paid for. */
export interface Found {
  readonly text: string;
  readonly ageMs: number;
}

/** The right to make the answer; `end` must be called, with the answer if it may be kept and told to others. */
export interface Turn {
  readonly end: (text: string | undefined) => Promise<void>;
}

/**
 * Asks for the answer to a request, or for the right to make it. The first who asks looks into the store; whoever asks
 * meanwhile in the same process follows it. Where another process makes the answer already, the first waits for that. Each
 * waits for at most `max_wait` in all and then goes on by itself, as it does when what it waited for came to nothing: nobody
 * waits for two calls one after the other, and nobody who makes a call waits for anybody.
 */
export class ResultCache {
  readonly #flights = new Flights<Found>();

  constructor(
    private readonly results: Results,
    private readonly settings: CacheSettings,
    private readonly metrics: Metrics,
  ) {}

  /** Throws the signal's reason when it is aborted. */
  async ask(place: Place, ttlMs: number, signal: AbortSignal): Promise<Found | Turn> {
    const { max_wait } = this.settings.value;
    const ahead = this.#flights.of(nameOf(place));
    const token = crypto.randomUUID();
    if (!ahead) return this.#first(place, ttlMs, token, signal);
    const told = await ahead.within(max_wait, signal);
    return told ? this.#found('shared', told) : this.#turn(place, ttlMs, token);
  }

  async #first(place: Place, ttlMs: number, token: string, signal: AbortSignal): Promise<Found | Turn> {
    const land = this.#flights.begin(nameOf(place));
    try {
      const look = await this.results.look(place, ttlMs, { token, ms: this.settings.value.max_wait });
      const found = look.state === 'busy' ? await this.#wait(place, ttlMs, signal) : look;
      signal.throwIfAborted();
      if (found.state !== 'hit') return this.#turn(place, ttlMs, token, land);
      land(found);
      return this.#found(look.state === 'busy' ? 'shared' : 'hit', found);
    } catch (error) {
      land(undefined);
      await this.results.giveUp(place, token);
      throw error;
    }
  }

  /** Until another process has made the answer, has given up, or has taken too long. */
  async #wait(place: Place, ttlMs: number, signal: AbortSignal): Promise<Look> {
    const endsAt = performance.now() + this.settings.value.max_wait;
    let everyMs: number = LOOK_EVERY_MS[0];
    for (;;) {
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0) return { state: 'free' };
      await delay(Math.min(everyMs, leftMs), undefined, { signal }).catch(() => signal.throwIfAborted());
      const look = await this.results.look(place, ttlMs);
      if (look.state !== 'busy') return look;
      everyMs = Math.min(everyMs * 2, LOOK_EVERY_MS[1]);
    }
  }

  #turn(place: Place, ttlMs: number, token: string, land?: (found: Found | undefined) => void): Turn {
    this.#count('miss');
    return {
      end: async (text) => {
        land?.(text === undefined ? undefined : { text, ageMs: 0 });
        if (text === undefined) return this.results.giveUp(place, token);
        return this.#keep(place, text, ttlMs, token);
      },
    };
  }

  async #keep(place: Place, text: string, ttlMs: number, token: string): Promise<void> {
    if (Buffer.byteLength(text) > this.settings.value.max_entry) {
      this.#count('too_large');
      return this.results.giveUp(place, token);
    }
    if (await this.results.keep(place, text, ttlMs, token)) this.#count('stored');
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
