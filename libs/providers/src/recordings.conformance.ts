import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AppError } from '#contracts';
import { type FakeUpstream, startFakeUpstream } from '../../../tests/upstream/fake-upstream.js';
import { type Stage } from './provider.conformance.js';
import { type Provider, type ProviderEvent, type Via } from './provider.js';
import { saidIn } from './said.conformance.js';

export const SECRET = 'sk-canary-0123456789';

const reply = { text: 'Hello, world!', reasoning: '', calls: [] };
const broken = (code: string, status: number | null = null) => ({
  said: { text: 'Hello' },
  error: { code, ...(status !== null && { cause: { status } }) },
});
const refused = (status: number, code: string, more: object = {}) => ({
  said: { text: '', finish: undefined },
  error: { code, cause: { status, message: expect.stringMatching(/./) }, ...more },
});

interface Expected {
  readonly said: object;
  readonly error?: object;
}

/** What every provider's own words for the same thing come to. */
const EXPECTED: Readonly<Record<string, Expected>> = {
  text: {
    said: {
      ...reply,
      finish: { reason: 'stop', usage: { promptTokens: 12, completionTokens: 4, estimated: false } },
    },
  },
  usage: {
    said: {
      ...reply,
      finish: { usage: { promptTokens: 2_006, completionTokens: 300, cachedTokens: 1_920 } },
    },
  },
  'usage-of-thinking': { said: { finish: { usage: { completionTokens: 300, reasoningTokens: 128 } } } },
  'no-usage': { said: { ...reply, usage: undefined, finish: { reason: 'stop' } } },
  tools: {
    said: {
      text: '',
      calls: [
        { id: expect.stringMatching(/./), name: 'get_weather', arguments: '{"city":"Berlin"}' },
        { id: expect.stringMatching(/./), name: 'get_time', arguments: '{}' },
      ],
      finish: { reason: 'tool_calls' },
    },
  },
  'tools-after-text': {
    said: {
      text: 'Let me see.',
      calls: [{ name: 'get_weather', arguments: '{"city":"Berlin"}' }],
      finish: { reason: 'tool_calls' },
    },
  },
  reasoning: {
    said: { reasoning: 'Two and two.', text: 'Four.', calls: [], finish: { reason: 'stop' } },
  },
  length: { said: { text: 'Hello', finish: { reason: 'length' } } },
  filtered: { said: { finish: { reason: 'content_filter' } } },
  limits: {
    said: {
      ...reply,
      limits: {
        limits: {
          requests: { limit: 60, remaining: 59, resetMs: expect.any(Number) },
          tokens: { limit: 150_000, remaining: 149_984, resetMs: expect.any(Number) },
        },
      },
    },
  },
  cut: broken('provider_unavailable'),
  unfinished: broken('provider_bad_response'),
  'not-json': broken('provider_bad_response'),
  'broke-off': { said: { text: 'Hello' }, error: { code: 'provider_unavailable', cause: { status: null } } },
  'overloaded-in-stream': {
    said: { text: 'Hello' },
    error: { code: 'provider_overloaded', cause: { status: null } },
  },
  silent: { said: { text: '' }, error: { code: 'provider_bad_response' } },
  rejected: refused(400, 'provider_rejected', { retryable: false }),
  unauthorized: refused(401, 'provider_unauthorized', { retryable: false }),
  unpaid: refused(402, 'provider_unauthorized'),
  forbidden: refused(403, 'provider_unauthorized'),
  'unknown-model': refused(404, 'provider_rejected'),
  'too-large': refused(413, 'provider_rejected'),
  'rate-limited': refused(429, 'provider_rate_limited', { retryAfterMs: 7_000 }),
  'rate-limited-by-reset': refused(429, 'provider_rate_limited', { retryAfterMs: expect.any(Number) }),
  'rate-limited-in-words': refused(429, 'provider_rate_limited', { retryAfterMs: 7_660 }),
  'quota-of-the-day': refused(429, 'provider_quota_exhausted', { retryAfterMs: 22_320_000 }),
  'quota-until-later': refused(429, 'provider_quota_exhausted', { retryAfterMs: 3_600_000 }),
  'quota-empty': {
    said: { text: '' },
    error: { code: 'provider_quota_exhausted', retryAfterMs: undefined },
  },
  unavailable: refused(500, 'provider_unavailable', { retryable: true }),
  page: refused(502, 'provider_unavailable'),
  late: refused(504, 'provider_timeout', { retryable: true }),
  overloaded: { said: { text: '' }, error: { code: 'provider_overloaded', retryable: true } },
};

/** What some APIs have no words for. */
const SPECIAL = ['no-usage', 'overloaded-in-stream', 'rate-limited-by-reset', 'rate-limited-in-words'];

/** What an API that is spoken in full must have recordings of. */
export const ESSENTIAL = Object.keys(EXPECTED).filter((name) => !SPECIAL.includes(name));

export interface Recorded {
  /** Of one file for each recording: a response as it went over the wire, `{{key}}` where the key stood. */
  readonly folder: string;
  readonly open: () => Provider;
  /** Recordings that must be there. */
  readonly names: readonly string[];
}

/** Calls a provider with recorded answers: every file of the folder must come to what its name says. */
export function replaysRecordings({ folder, open, names }: Recorded): void {
  const files = readdirSync(folder).filter((file) => file.endsWith('.http'));
  const recordings = files.map((file) => file.replace(/\.http$/, ''));
  let upstream: FakeUpstream;
  let provider: Provider;

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    provider = open();
  });
  afterAll(async () => {
    await provider.close();
    await upstream.close();
  });

  async function replay(name: string): Promise<{ events: ProviderEvent[]; error: unknown }> {
    upstream.behave({ raw: readRecording(join(folder, `${name}.http`)) });
    const events: ProviderEvent[] = [];
    const signal = new AbortController().signal;
    try {
      const request = { messages: [{ role: 'user', content: 'hi' } as const], model: 'm', requestId: name };
      for await (const event of provider.stream(request, viaOf(upstream.url), signal)) events.push(event);
      return { events, error: undefined };
    } catch (error) {
      return { events, error };
    }
  }

  test('has recordings of everything that matters', () => {
    expect(recordings).toEqual(expect.arrayContaining([...names]));
    expect(Object.keys(EXPECTED)).toEqual(expect.arrayContaining(recordings));
  });

  describe.each(recordings)('%s', (name) => {
    test('comes to what it means, and says nothing of the key', async () => {
      const { events, error } = await replay(name);
      const { said, error: fault } = EXPECTED[name]!;
      expect(saidIn(events)).toMatchObject(said);
      expect({ error }).toMatchObject({ error: fault && { name: 'AppError', ...fault } });
      const { message, stack, cause } = (error ?? {}) as Partial<AppError>;
      expect(`${message}${stack}${JSON.stringify(cause)}`).not.toContain(SECRET);
    });
  });
}

/** A provider whose upstream answers with recordings; between the calls it says `text`. */
export function stageOfRecordings(folder: string, provider: Provider, upstream: FakeUpstream): Stage {
  const behave =
    (name: string, rawHangs = false) =>
    () =>
      Promise.resolve(upstream.behave({ raw: readRecording(join(folder, `${name}.http`)), rawHangs })).then(
        () => ({}),
      );
  return {
    provider,
    via: viaOf(upstream.url),
    hangs: behave('cut', true),
    fails: behave('unavailable'),
    thinks: behave('reasoning'),
    callsTools: behave('tools'),
  };
}

/** The head with the line ends of HTTP, and times that are as far away as they were. */
export function readRecording(file: string): string {
  const text = readFileSync(file, 'utf8')
    .replaceAll('{{key}}', SECRET)
    .replaceAll(/\{\{in (\d+) s\}\}/g, (_, s: string) =>
      new Date(Date.now() + Number(s) * 1_000).toISOString(),
    );
  const end = text.indexOf('\n\n');
  return `${text.slice(0, end).replaceAll('\n', '\r\n')}\r\n\r\n${text.slice(end + 2)}`;
}

export function viaOf(url: string, secret: string | undefined = SECRET): Via {
  return {
    endpoint: { id: 'e', url, weight: 1, maxConnections: 10, priority: 1, group: 'primary' },
    key: secret === undefined ? undefined : { id: 'k', secret, weight: 1, limits: {} },
  };
}
