import { createHmac } from 'node:crypto';
import { Centrifuge, type PublicationContext, type Subscription, type SubscriptionOptions } from 'centrifuge';
import { EventSource } from 'eventsource';
import { afterEach } from 'vitest';
import { type Env } from './system.js';

export const TRANSPORTS = ['websocket', 'sse', 'http_stream'] as const;

export type TransportName = (typeof TRANSPORTS)[number];

export interface ChatEvent {
  readonly type: string;
  readonly message: string;
}

/** The official client, connected to a gateway by one of its transports, or by the first of several that works. */
export function centrifugeClient(
  url: string,
  transport: TransportName | readonly TransportName[],
  options: Readonly<Record<string, unknown>> = {},
): Centrifuge {
  const transports = [transport].flat().map((each) => ({
    transport: each,
    endpoint: `${each === 'websocket' ? url.replace('http', 'ws') : url}/connection/${each}`,
  }));
  return new Centrifuge(transports, {
    emulationEndpoint: `${url}/emulation`,
    eventsource: EventSource,
    minReconnectDelay: 20,
    maxReconnectDelay: 200,
    ...options,
  });
}

/** Posts a message as the page of a chat does; answers with its channel. */
export async function startChat(
  url: string,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const response = await fetch(`${url}/api/chat`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ message }),
  });
  if (!response.ok) throw new Error(`not accepted: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { channel_id: string }).channel_id;
}

/** What a page collects of a chat that can only append. */
export class ChatReader {
  readonly events: ChatEvent[] = [];
  readonly offsets: number[] = [];
  readonly subscription: Subscription;
  readonly ended: Promise<void>;

  constructor(client: Centrifuge, channel: string, options: Partial<SubscriptionOptions> = {}) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ended = promise;
    this.subscription = client.newSubscription(channel, options);
    this.subscription.on('publication', (context) => {
      this.#take(context);
      if (['end', 'error'].includes(this.events.at(-1)!.type)) resolve();
    });
    this.subscription.on('unsubscribed', ({ code, reason }) => reject(new Error(`${code} ${reason}`)));
    promise.catch(() => undefined);
    this.subscription.subscribe();
  }

  get text(): string {
    return this.events.map(({ type, message }) => (type === 'chunk' ? message : '')).join('');
  }

  #take({ data, offset }: PublicationContext): void {
    this.events.push((typeof data === 'string' ? JSON.parse(data) : data) as ChatEvent);
    this.offsets.push(offset!);
  }
}

export function webToken(claims: object, secret: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const content = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

export const SECRET = 'the-secret-of-the-tokens';
export const API_KEY = 'the-key-of-the-server-api';

/** With a server API and tokens, and pings that a test lives to see. */
export const ENV: Env = {
  CENTRIFUGE_TOKEN_SECRET: SECRET,
  CENTRIFUGE_API_KEY: API_KEY,
  CENTRIFUGE_PING: '1s',
  SIMULATOR_DELAY: '40ms',
};

/** What the simulator answers. */
export const replyTo = (text: string) => [1, 2, 3, 4, 5].map((n) => `chunk ${n}: ${text}\n`).join('');

const opened: Centrifuge[] = [];

/** A client that is disconnected when the test has ended. */
export function connect(
  url: string,
  transport: TransportName | readonly TransportName[],
  options = {},
): Centrifuge {
  const client = centrifugeClient(url, transport, options);
  opened.push(client);
  client.connect();
  return client;
}

afterEach(() => opened.splice(0).forEach((client) => client.disconnect()));

export async function serverApi(url: string, method: string, body: object, key = API_KEY) {
  const response = await fetch(`${url}/api/${method}`, {
    method: 'POST',
    headers: { 'x-api-key': key },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
