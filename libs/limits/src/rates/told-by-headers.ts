import { RATE_WINDOWS, type RateWindow, type Told, type ToldRates, WINDOW_MS } from './rates.js';

/** How the header of a value is called, as OpenAI (and Groq, Azure, Moonshot, Mistral …) and as Anthropic write it. */
const NAMES: readonly ((what: 'requests' | 'tokens', value: string) => string)[] = [
  (what, value) => `x-ratelimit-${value}-${what}`,
  (what, value) => `anthropic-ratelimit-${what}-${value}`,
];

const DURATION = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/;

/** What the headers of a provider's answer say of its limits; nothing where they say nothing that can be read. */
export function toldByHeaders(header: (name: string) => string | undefined, nowMs: number): ToldRates {
  const told: { -readonly [W in RateWindow]?: Told } = {};
  const [requests, tokens] = [read(header, 'requests', nowMs), read(header, 'tokens', nowMs)];
  if (requests) told[windowOf(requests)] = requests;
  if (tokens) told.tokensPerMinute = tokens;
  return told;
}

/** `6m0s`, `1.5s`, `12ms`, seconds, or an ISO time. */
export function resetMsOf(text: string, nowMs: number): number | undefined {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1_000;
  const parts = DURATION.exec(text);
  if (!parts || text === '') {
    const atMs = Date.parse(text);
    return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
  }
  const [days, hours, minutes, seconds, ms] = parts.slice(1).map((part) => Number(part ?? 0));
  return (((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1_000 + ms!;
}

function read(
  header: (name: string) => string | undefined,
  what: 'requests' | 'tokens',
  nowMs: number,
): Told | undefined {
  for (const nameOf of NAMES) {
    const [limit, remaining] = ['limit', 'remaining'].map((value) =>
      Number(header(nameOf(what, value)) ?? NaN),
    );
    const resetMs = resetMsOf(header(nameOf(what, 'reset')) ?? '', nowMs);
    if (limit! > 0 && remaining! >= 0 && resetMs !== undefined)
      return { limit: limit!, remaining: remaining!, resetMs };
  }
  return undefined;
}

/** Nobody says of which window he speaks: it is the shortest that the reset fits into. */
function windowOf({ resetMs }: Told): RateWindow {
  const ofRequests = RATE_WINDOWS.filter((window) => window !== 'tokensPerMinute');
  return ofRequests.find((window) => resetMs <= WINDOW_MS[window]) ?? 'requestsPerDay';
}
