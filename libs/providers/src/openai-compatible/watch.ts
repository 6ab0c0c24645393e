import { AppError } from '#contracts';

/**
 * Passes a stream on and aborts it when its first item, or the next one, takes too long. The reason of the
 * abort is what the caller gets, whatever the broken connection throws.
 */
export async function* watched<T>(
  source: AsyncIterable<T>,
  abort: AbortController,
  idleTimeoutMs: number,
): AsyncGenerator<T> {
  const expire = () =>
    abort.abort(new AppError('provider_timeout', `The provider was silent for ${idleTimeoutMs} ms`));
  let timer = setTimeout(expire, idleTimeoutMs);
  try {
    for await (const item of source) {
      clearTimeout(timer);
      yield item;
      timer = setTimeout(expire, idleTimeoutMs);
    }
  } finally {
    clearTimeout(timer);
  }
}
