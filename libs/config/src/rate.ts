import { z } from 'zod';

/** So many requests in so much time. */
export interface Rate {
  readonly requests: number;
  readonly perMs: number;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000 };
const RATE = /^(\d{1,7})\/(s|m)$/;

/** Reads `20/s` and `600/m`; undefined when that is not what it says. */
export function parseRate(text: string): Rate | undefined {
  const match = RATE.exec(text.trim());
  const requests = Number(match?.[1]);
  return match && requests > 0 ? { requests, perMs: UNITS[match[2]!]! } : undefined;
}

/** A rate, or `off`. */
export const rateSchema = z.string().transform((given, context): Rate | 'off' => {
  if (given === 'off') return given;
  const rate = parseRate(given);
  if (rate) return rate;
  context.addIssue({ code: 'custom', message: 'must be a rate such as 20/s or 600/m, or off' });
  return z.NEVER;
});
