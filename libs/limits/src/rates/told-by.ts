import { believable, RATE_WINDOWS, type RateWindow, type Told, type ToldRates, WINDOW_MS } from './rates.js';

/** What a provider has said of one limit, as far as it did. */
export type Seen = { readonly [K in keyof Told]?: number | undefined };

/** What a provider's headers say of its limits, by window. */
export function toldBy({
  requests,
  tokens,
}: {
  readonly requests?: Seen | undefined;
  readonly tokens?: Seen | undefined;
}): ToldRates {
  const [ofRequests, ofTokens] = [whole(requests), whole(tokens)];
  return {
    ...(ofRequests && { [windowOf(ofRequests)]: ofRequests }),
    ...(ofTokens && { tokensPerMinute: ofTokens }),
  };
}

function whole({ limit, remaining, resetMs }: Seen = {}): Told | undefined {
  if (limit === undefined || remaining === undefined || resetMs === undefined) return undefined;
  return believable({ limit, remaining, resetMs });
}

/** Nobody says of which window he speaks: it is the shortest that the reset fits into. */
function windowOf({ resetMs }: Told): RateWindow {
  const ofRequests = RATE_WINDOWS.filter((window) => window !== 'tokensPerMinute');
  return ofRequests.find((window) => resetMs <= WINDOW_MS[window]) ?? 'requestsPerDay';
}
