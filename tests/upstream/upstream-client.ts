import { Agent, request, type Dispatcher } from 'undici';
import { expect, onTestFinished } from 'vitest';
import { type Behaviour } from './behaviour.js';
import { startFakeUpstream, type FakeUpstreamOptions } from './fake-upstream.js';

export const QUESTION = { model: 'm-1', messages: [{ role: 'user', content: 'one two three' }] };

interface Chunk {
  readonly id: string;
  readonly object: string;
  readonly model: string;
  readonly choices: readonly { delta: { role?: string; content?: string }; finish_reason: string | null }[];
  readonly usage?: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
  readonly error?: { message: string };
}

export async function setup(behaviours: Behaviour[] = [], options: FakeUpstreamOptions = {}) {
  const upstream = await startFakeUpstream({ ...options, behaviours });
  const dispatcher = new Agent();
  onTestFinished(async () => {
    await dispatcher.destroy();
    await upstream.close();
  });
  const send = (method: Dispatcher.HttpMethod, path: string, body?: unknown) =>
    request(`${upstream.url}${path}`, {
      method,
      dispatcher,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const ask = (body: object = {}, more: { headers?: Record<string, string>; signal?: AbortSignal } = {}) =>
    request(`${upstream.url}/v1/chat/completions`, {
      ...more,
      method: 'POST',
      dispatcher,
      headers: { 'content-type': 'application/json', ...more.headers },
      body: JSON.stringify({ ...QUESTION, ...body }),
    });
  const stream = async (body: object = {}) => {
    const response = await ask({ stream: true, ...body });
    return eventsOf(await response.body.text());
  };
  return { upstream, send, ask, stream };
}

/** The `data:` of every event; anything else in the stream fails the test. */
export function eventsOf(text: string): string[] {
  expect(text.endsWith('\n\n')).toBe(true);
  return text
    .slice(0, -2)
    .split('\n\n')
    .map((event) => {
      expect(event).toMatch(/^data: [^\n]*$/);
      return event.slice('data: '.length);
    });
}

export function chunksOf(events: readonly string[]): Chunk[] {
  return events.filter((event) => event !== '[DONE]').map((event) => JSON.parse(event) as Chunk);
}

export function textOf(events: readonly string[]): string {
  return chunksOf(events)
    .map(({ choices }) => choices[0]?.delta.content ?? '')
    .join('');
}
