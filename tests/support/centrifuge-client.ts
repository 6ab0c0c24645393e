import { createHmac } from 'node:crypto';
import { Centrifuge, type PublicationContext, type Subscription, type SubscriptionOptions } from 'centrifuge';
import { EventSource } from 'eventsource';

export const TRANSPORTS = ['websocket', 'sse', 'http_stream'] as const;

export type TransportName = (typeof TRANSPORTS)[number];

export interface ChatEvent {
  readonly type: string;
  readonly message: string;
}

/** The official client on one of its transports, connected to a gateway. */
export function centrifugeClient(
  url: string,
  transport: TransportName,
  options: Readonly<Record<string, unknown>> = {},
): Centrifuge {
  const endpoint = `${transport === 'websocket' ? url.replace('http', 'ws') : url}/connection/${transport}`;
  return new Centrifuge([{ transport, endpoint }], {
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
