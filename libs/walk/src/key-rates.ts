import { type KeySpec, type ProviderSpec, type RateLimits } from '#catalog';
import { AppError, type Usage } from '#contracts';
import { RATE_WINDOWS, type Rates, type RateWindow, type Reservation, toldBy } from '#limits';
import { type LimitsSeen } from '#providers';
import { type WayRefused } from './way-limits.js';

/** That a call counts against the limits of its account and its key. */
export interface RateHold {
  readonly granted: true;
  /** What the provider has said of its limits. */
  learn(limits: LimitsSeen): void;
  /** What the call has used; undefined: nobody knows, and what was reserved stays. */
  settle(usage: Usage | undefined): void;
}

/** Under which name the calls of an account, or of one of its keys, are counted. */
export function rateName(provider: string, key?: string): string {
  return key === undefined ? provider : `${provider}/${key}`;
}

/** How often a provider may be called, by its account as a whole and by each key. */
export class KeyRates {
  constructor(private readonly rates: Rates) {}

  /** Without limits nobody is asked. */
  async reserve(
    { name, limits }: ProviderSpec,
    key: KeySpec | undefined,
    tokens: number,
  ): Promise<RateHold | WayRefused> {
    const held: Reservation[] = [];
    const whole = rateName(name);
    const asked = [
      [whole, limits],
      [rateName(name, key?.id ?? ''), key?.limits ?? {}],
    ] as const;
    for (const [what, its] of asked) {
      if (!isLimited(its)) continue;
      const answer = await this.rates.reserve(what, its, { requests: 1, tokens });
      if (answer.granted) {
        held.push(answer);
        continue;
      }
      await Promise.all(held.map((reservation) => reservation.cancel()));
      const error = used(what, answer.which, answer.retryAfterMs);
      return { granted: false, of: what === whole ? 'account' : 'key', error };
    }
    return holdOf(held);
  }
}

export function isLimited(limits: RateLimits): boolean {
  return RATE_WINDOWS.some((window) => limits[window] !== undefined);
}

/** Nothing of this fails, and nobody waits for it. */
function holdOf(held: readonly Reservation[]): RateHold {
  return {
    granted: true,
    learn: (limits) => void Promise.all(held.map((reservation) => reservation.learn(toldBy(limits)))),
    settle: (usage) => {
      if (usage === undefined) return;
      const tokens = usage.promptTokens + usage.completionTokens;
      void Promise.all(held.map((reservation) => reservation.settle(tokens)));
    },
  };
}

/** A day's limit is a quota: nobody waits for it where another provider can answer. */
function used(what: string, which: RateWindow, retryAfterMs: number): AppError {
  const code = which === 'requestsPerDay' ? 'provider_quota_exhausted' : 'provider_rate_limited';
  return new AppError(code, `${what} has used up its limit ${which}`, { retryAfterMs });
}
