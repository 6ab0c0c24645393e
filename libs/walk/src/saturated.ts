import { AppError } from '#contracts';
import { NotCalled } from './call-provider.js';

const CODES = ['provider_rate_limited', 'provider_quota_exhausted', 'provider_overloaded'] as const;

type Saturated = NotCalled | (AppError & { readonly code: (typeof CODES)[number] });

/** The upstream takes nothing more for now, whatever it is asked: that pauses it and costs no message an attempt. */
export function isSaturated(error: unknown): error is Saturated {
  if (error instanceof NotCalled) return true;
  return error instanceof AppError && (CODES as readonly string[]).includes(error.code);
}
