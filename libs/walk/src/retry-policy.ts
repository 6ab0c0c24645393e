import { type MessageSettings } from '#config';
import { type AppError, type Message, parseDuration } from '#contracts';

/** A message that an attempt has failed; its own delay goes before the usual one. */
type Tried = Pick<Message, 'retryCount' | 'maxRetries' | 'options'>;

export type Verdict = { readonly retry: false } | { readonly retry: true; readonly delayMs: number };

/** Longest wait that a provider can ask of us; a longer one is shortened to it. */
const MAX_RETRY_AFTER_MS = 300_000;

/**
 * Whether a failed attempt is repeated, and when: exponential backoff with full jitter under a cap
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/), but never before the time that
 * the provider asked for.
 */
export class RetryPolicy {
  constructor(
    private readonly settings: MessageSettings,
    private readonly random: () => number = Math.random,
  ) {}

  judge(error: AppError, { retryCount, maxRetries, options }: Tried): Verdict {
    if (!error.retryable || retryCount >= maxRetries) return { retry: false };
    const { retry_base, retry_cap } = this.settings.value;
    const base = (options?.retry_delay && parseDuration(options.retry_delay)) || retry_base;
    const ceiling = Math.min(Math.max(retry_cap, base), base * 2 ** retryCount);
    const asked = Math.min(error.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
    return { retry: true, delayMs: Math.round(asked + this.random() * ceiling) };
  }
}
