import { AppError } from '#contracts';

/**
 * Passes a stream on and aborts it when its first item, or the next one, takes too long. The reason of the
 * abort is what the caller gets, whatever the broken connection throws.
 */
export async function* watched<T>(
  source: AsyncIterable<T>,
  abort: AbortController,
  limits: { readonly firstMs: number; readonly idleMs: number },
): AsyncGenerator<T> {
  const expire = (ms: number) =>
    abort.abort(new AppError('provider_timeout', `The provider was silent for ${Math.round(ms)} ms`));
  let timer = setTimeout(expire, limits.firstMs, limits.firstMs);
  try {
    for await (const item of source) {
      clearTimeout(timer);
      yield item;
      timer = setTimeout(expire, limits.idleMs, limits.idleMs);
    }
  } finally {
    clearTimeout(timer);
  }
}
