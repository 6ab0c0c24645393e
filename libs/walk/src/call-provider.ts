import { type PickRequest, unavailableError, type Upstreams, WatchedCall } from '#balancing';
import { AppError, type Usage } from '#contracts';
import { type ChatRequest, type Provider, type ProviderEvent, type Via } from '#providers';
import { NO_USAGE } from './usage.js';
import { type KeyRates, type RateHold } from './key-rates.js';
import { type WayHold, type WayLimits, type WayRefused } from './way-limits.js';

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

/** What a way gives a call. */
interface Taken {
  readonly granted: true;
  readonly place: WayHold;
  readonly hold: RateHold;
}

/** A call that is to be made. */
export interface WantedCall {
  readonly provider: Provider;
  readonly request: ChatRequest;
  readonly whom: CallFor;
  /** Expected, of input and output. */
  readonly tokens: number;
  /** Told of each way that is tried, right before. */
  readonly onWay: (way: Via) => void;
}

/** Calls a provider on the best endpoint and with the best key; before the first byte, on others too. */
export class CallProvider {
  constructor(
    private readonly upstreams: Upstreams,
    private readonly rates: KeyRates,
    private readonly limits: WayLimits,
  ) {}

  /** @throws AppError with the provider's codes; NotCalled when there is no way now */
  async *stream(wanted: WantedCall, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
    const tried: Tried = { endpoints: [], keys: [] };
    let last: AppError | undefined;
    for (let ways = 0; ways < MOST_WAYS; ways += 1) {
      const { pick, hold, place } = await this.#way(wanted, tried, last);
      wanted.onWay(pick);
      const call = new WatchedCall(pick);
      try {
        yield* this.#listen(wanted, pick, hold, call, signal);
        return;
      } catch (error) {
        call.failed(error, signal.aborted);
        if (signal.aborted || !call.isSilent || !(error instanceof AppError)) throw error;
        if (!note(tried, error, pick.endpoint.id, pick.key?.id)) throw error;
        last = error;
      } finally {
        place.free();
        // A reader that leaves has stopped the call.
        call.left();
      }
    }
    throw last!;
  }

  /** An endpoint and a key within their limits; whatever has used its limits up is left out of the next look. */
  async #way({ provider, whom, tokens }: WantedCall, tried: Tried, last: AppError | undefined) {
    let full: AppError | undefined;
    for (;;) {
      const pick = this.upstreams.pick({ ...whom, provider: provider.name, exclude: tried });
      if (!pick.available) throw last ?? notCalled(full ?? unavailableError(provider.name, pick));
      const taken = await this.#take(provider, pick, tokens);
      if (taken.granted) return { pick, ...taken };
      pick.done({ result: 'stopped' });
      full = soonest(full, taken.error);
      if (!leaveOut(tried, taken.of, pick)) throw last ?? notCalled(full);
    }
  }

  /** A place and a part of the rates, or neither. */
  async #take({ name, spec }: Provider, way: Via, tokens: number): Promise<Taken | WayRefused> {
    const place = await this.limits.acquire(name, way);
    if (!place.granted) return place;
    const hold = await this.rates.reserve(spec, way.key, tokens);
    if (hold.granted) return { granted: true, place, hold };
    place.free();
    return hold;
  }

  async *#listen(
    { provider, request }: WantedCall,
    way: Via,
    hold: RateHold,
    call: WatchedCall,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent> {
    let usage: Usage | undefined;
    try {
      for await (const event of provider.stream(request, way, signal)) {
        call.take(event);
        if (event.type === 'limits') hold.learn(event.limits);
        if (event.type === 'finish') usage = event.usage;
        yield event;
      }
      call.succeeded();
    } finally {
      // Who has said nothing has used nothing, as far as one can tell.
      hold.settle(usage ?? (call.isSilent ? NO_USAGE : undefined));
    }
  }
}

/** False when another way would do no better. */
function leaveOut({ endpoints, keys }: Tried, full: WayRefused['of'], { endpoint, key }: Via): boolean {
  if (full === 'endpoint') return endpoints.push(endpoint.id) > 0;
  return full === 'key' && key !== undefined && keys.push(key.id) > 0;
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

/** Of two limits that are used up, the one that is free first. */
function soonest(one: AppError | undefined, other: AppError): AppError {
  return one && (one.retryAfterMs ?? 0) <= (other.retryAfterMs ?? 0) ? one : other;
}
