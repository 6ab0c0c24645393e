import OpenAI, { APIError } from 'openai';
import { eventually } from '#testing';
import { type FakeUpstream, startFakeUpstream } from '../upstream/fake-upstream.js';
import { Client } from './client.js';
import { openAiEnv } from './openai-env.js';
import { type Env, startSystem, type System, type Topology } from './system.js';

export const MODEL = 'fake-model';

/** A chat of one message. */
export const ask = (content: string) => ({ model: MODEL, messages: [{ role: 'user', content }] as const });

export type Chunks = AsyncIterable<OpenAI.ChatCompletionChunk>;

type Options = Readonly<Record<string, unknown>>;
type Tenant = 'mine' | 'theirs';

const TENANTS = ['mine', 'theirs'] as const satisfies readonly Tenant[];
const keyOf = (tenant: Tenant) => `key-of-the-tenant-${tenant}`;

/** A system in front of a fake upstream that runs one call at a time, asked with the library that OpenAI publishes. */
export class OpenAiStage {
  private constructor(
    readonly upstream: FakeUpstream,
    readonly system: System,
  ) {}

  static async open(topology: Topology, env: Env = {}): Promise<OpenAiStage> {
    const upstream = await startFakeUpstream();
    const keys = TENANTS.map((tenant) => `${tenant}:${keyOf(tenant)}:${tenant}:read+write+admin`);
    const system = await startSystem(topology, {
      ...openAiEnv(upstream),
      API_KEYS: keys.join(','),
      OPENAI_MAX_CONCURRENCY: '1',
      QUEUE_SHEDDING: 'false',
      ...env,
    });
    return new OpenAiStage(upstream, system);
  }

  async close(): Promise<void> {
    await this.system.stop();
    await this.upstream.close();
  }

  /** As it was before the test. */
  async tidy(): Promise<void> {
    this.upstream.behave({});
    await eventually(() => {
      if (this.upstream.calls().some(({ outcome }) => outcome === null)) throw new Error('calls still run');
    });
    this.upstream.clearCalls();
  }

  openai({ tenant = 'mine', ...options }: Options & { readonly tenant?: Tenant } = {}): OpenAI {
    const baseURL = `${this.system.gateways[0]!.url}/v1`;
    return new OpenAI({ baseURL, apiKey: keyOf(tenant), maxRetries: 0, ...options });
  }

  /** The same system over its own API. */
  rest(tenant: Tenant = 'mine', gateway = -1): Client {
    return new Client(this.system.gateways.at(gateway)!.url, { 'x-api-key': keyOf(tenant) });
  }

  complete(body: object, options: Parameters<OpenAiStage['openai']>[0] = {}): Promise<OpenAI.ChatCompletion> {
    return this.openai(options).chat.completions.create(
      body as never,
    ) as unknown as Promise<OpenAI.ChatCompletion>;
  }

  stream(body: object, request: object = {}): Promise<Chunks> {
    const streaming = { ...body, stream: true } as never;
    return this.openai().chat.completions.create(streaming, request) as unknown as Promise<Chunks>;
  }

  /** The message whose last words are these. */
  async messageOf(content: string) {
    const { body } = await this.rest().get('/api/v1/messages?limit=100');
    const found = body.messages.find((each: { content: string }) => each.content === content);
    if (!found) throw new Error(`no message ${content}`);
    return found as { id: string; status: string; priority: string };
  }

  reached(content: string, status: string): Promise<void> {
    return eventually(async () => {
      const { status: now } = await this.messageOf(content);
      if (now !== status) throw new Error(`${content} is ${now}`);
    });
  }
}

/** What the library throws. */
export async function failure(promise: Promise<unknown>): Promise<APIError> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof APIError)) throw new Error(`nothing of the library: ${String(thrown)}`);
  return thrown;
}
