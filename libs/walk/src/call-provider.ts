import { type PickRequest, unavailableError, type Upstreams, WatchedCall } from '#balancing';
import { AppError } from '#contracts';
import { type ChatRequest, type Provider, type ProviderEvent, type Via } from '#providers';

/** Endpoints and keys of a provider that are tried for one attempt, as long as none has said a word. */
const MOST_WAYS = 3;

/** For whom the call is made, as far as a balancer cares. */
export type CallFor = Omit<PickRequest, 'provider' | 'exclude'>;

/** The provider could not even be asked: that costs no attempt. */
export class NotCalled extends AppError {
  readonly wasCalled = false;
}

/** What has been tried in vain. */
interface Tried {
  readonly endpoints: string[];
  readonly keys: string[];
}

/** Which of a provider's endpoints and keys cannot be blamed on the request, so that another one may do better. */
const OF_THE_KEY: ReadonlySet<string> = new Set([
  'provider_rate_limited',
  'provider_quota_exhausted',
  'provider_unauthorized',
]);
const OF_THE_ENDPOINT: ReadonlySet<string> = new Set(['provider_unavailable', 'provider_overloaded']);

/** Calls a provider on the best endpoint and with the best key; before the first byte, on others too. */
export class CallProvider {
  constructor(private readonly upstreams: Upstreams) {}

  /** @throws AppError with the provider's codes; NotCalled when there is no way now */
  async *stream(
    provider: Provider,
    request: ChatRequest,
    whom: CallFor,
    onWay: (way: Via) => void,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent> {
    const tried: Tried = { endpoints: [], keys: [] };
    let last: AppError | undefined;
    for (let ways = 0; ways < MOST_WAYS; ways += 1) {
      const pick = this.upstreams.pick({ ...whom, provider: provider.name, exclude: tried });
      if (!pick.available) throw last ?? notCalled(unavailableError(provider.name, pick));
      onWay(pick);
      const call = new WatchedCall(pick);
      try {
        for await (const event of provider.stream(request, pick, signal)) {
          call.take(event);
          yield event;
        }
        call.succeeded();
        return;
      } catch (error) {
        call.failed(error, signal.aborted);
        if (signal.aborted || !call.isSilent || !(error instanceof AppError)) throw error;
        if (!note(tried, error, pick.endpoint.id, pick.key?.id)) throw error;
        last = error;
      } finally {
        // A reader that leaves has stopped the call.
        call.left();
      }
    }
    throw last!;
  }
}

/** False when another way would do no better. */
function note(
  { endpoints, keys }: Tried,
  error: AppError,
  endpoint: string,
  key: string | undefined,
): boolean {
  if (OF_THE_KEY.has(error.code) && key !== undefined) return keys.push(key) > 0;
  if (OF_THE_KEY.has(error.code) || OF_THE_ENDPOINT.has(error.code)) return endpoints.push(endpoint) > 0;
  return false;
}

function notCalled({ code, message, retryAfterMs }: AppError): NotCalled {
  return new NotCalled(code, message, retryAfterMs === undefined ? {} : { retryAfterMs });
}
