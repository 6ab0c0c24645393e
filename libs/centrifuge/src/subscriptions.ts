import { type Channels, type Opened, type Position, type SubscribeAsk } from './channel-source.js';
import { type Client } from './client.js';
import { type Grant } from './gate.js';
import {
  CommandError,
  DISCONNECTS,
  type Disconnect,
  InsufficientState,
  UNSUBSCRIBES,
} from './protocol/codes.js';
import { REJECT_UNRECOVERED, type SubscribeRequest } from './protocol/commands.js';
import { type Outbox } from './protocol/outbox.js';
import { type Publication, withPublications } from './protocol/publication.js';
import { Subscription } from './subscription.js';

/** Most subscriptions of one connection. */
export const MAX_CHANNELS = 128;

/** What the subscriptions of a connection need of it. */
export interface Subscriber {
  readonly outbox: Outbox;
  now(): number;
  disconnect(why: Disconnect): void;
  onError(error: unknown): void;
}

/** A new subscription; what follows its answer begins with `begin`. */
export interface Subscribed {
  readonly json: string;
  readonly begin: () => void;
}

type Ask = Omit<SubscribeAsk, 'grant'> & { readonly grant?: Grant | undefined };

/** The subscriptions of one connection. */
export class Subscriptions {
  readonly #open = new Map<string, Subscription>();
  #isClosed = false;

  constructor(
    private readonly channels: Channels,
    private readonly subscriber: Subscriber,
  ) {}

  /** @throws CommandError already_subscribed, limit_exceeded, unknown_channel, unrecoverable_position, … */
  async add(client: Client, request: SubscribeRequest, grant: Grant | undefined): Promise<Subscribed> {
    const { channel, data, flag, join_leave: joinLeave } = request;
    const since = sinceOf(request);
    const { subscription, opened } = await this.#opened(
      client,
      { channel, data, since, joinLeave, grant },
      false,
    );
    if (since && !opened.recovered && (flag & REJECT_UNRECOVERED) !== 0) {
      await this.#drop(subscription);
      throw new CommandError('unrecoverable_position');
    }
    const result = {
      ...resultOf(opened, since !== undefined),
      ...expiryOf(grant?.expiresAt, this.subscriber.now()),
    };
    return {
      json:
        opened.publications.length > 0
          ? withPublications(result, opened.publications)
          : JSON.stringify(result),
      begin: () => this.#run(subscription, []),
    };
  }

  /** Made by the server: what was published before comes behind the answer, as everything else does. */
  async addOfServer(client: Client, channel: string, since: Position | undefined): Promise<Subscribed> {
    const ask = { channel, data: undefined, since, joinLeave: false };
    const { subscription, opened } = await this.#opened(client, ask, true);
    return {
      json: JSON.stringify(resultOf(opened, since !== undefined)),
      begin: () => this.#run(subscription, opened.publications),
    };
  }

  async remove(channel: string): Promise<void> {
    const subscription = this.#open.get(channel);
    if (subscription) await this.#drop(subscription);
  }

  /** A client that was let in once stays subscribed until its grant ends. */
  extend(channel: string, { expiresAt }: Grant): void {
    const subscription = this.#open.get(channel);
    if (!subscription) throw new CommandError('permission_denied');
    subscription.expiresAt = expiresAt;
  }

  /** Ends what has expired; a client asks for a new token and subscribes again. */
  expire(nowSeconds: number): void {
    for (const subscription of this.#open.values())
      if (subscription.expiresAt !== undefined && nowSeconds >= subscription.expiresAt)
        this.#end(subscription, UNSUBSCRIBES.expired);
  }

  async touch(): Promise<void> {
    for (const subscription of this.#open.values()) await subscription.touch();
  }

  get size(): number {
    return this.#open.size;
  }

  names(): string[] {
    return [...this.#open.keys()];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#open.values()].map((subscription) => this.#drop(subscription)));
  }

  async #opened(client: Client, ask: Ask, isServerSide: boolean) {
    const { channel, grant } = ask;
    if (this.#open.has(channel)) throw new CommandError('already_subscribed');
    if (this.#open.size >= MAX_CHANNELS) throw new CommandError('limit_exceeded');
    const abort = new AbortController();
    const opened = await this.channels.of(channel).open(client, { ...ask, grant }, abort.signal);
    const subscription = new Subscription(channel, isServerSide, opened, abort, this.subscriber.outbox);
    subscription.expiresAt = grant?.expiresAt;
    // The client may have gone while the channel was being opened.
    if (this.#isClosed) await subscription.close();
    else this.#open.set(channel, subscription);
    return { subscription, opened };
  }

  #run(subscription: Subscription, first: readonly Publication[]): void {
    subscription.pump(first).catch((error: unknown) => {
      if (subscription.isClosed) return;
      if (!(error instanceof InsufficientState)) this.subscriber.onError(error);
      this.#end(subscription, UNSUBSCRIBES.insufficient_state);
    });
  }

  /** Only a subscription that the client made can be made again by itself. */
  #end(subscription: Subscription, why: Disconnect): void {
    if (subscription.isServerSide) return this.subscriber.disconnect(DISCONNECTS.insufficient_state);
    void this.#drop(subscription);
    const push = { channel: subscription.channel, unsubscribe: why };
    this.subscriber.outbox.push(JSON.stringify({ push }));
  }

  async #drop(subscription: Subscription): Promise<void> {
    if (this.#open.get(subscription.channel) === subscription) this.#open.delete(subscription.channel);
    await subscription.close().catch((error: unknown) => this.subscriber.onError(error));
  }
}

/** A client that never was there sends no position. */
function sinceOf({ recover, offset, epoch }: SubscribeRequest): Position | undefined {
  return recover ? { offset, epoch } : undefined;
}

function resultOf(opened: Opened, wasRecovering: boolean) {
  return {
    ...(opened.recoverable && { recoverable: true, positioned: true, epoch: opened.epoch }),
    ...(opened.offset > 0 && { offset: opened.offset }),
    ...(wasRecovering && { was_recovering: true }),
    ...(wasRecovering && opened.recovered && { recovered: true }),
    ...(opened.data !== undefined && { data: opened.data }),
  };
}

export function expiryOf(expiresAt: number | undefined, nowMs: number) {
  if (expiresAt === undefined) return {};
  return { expires: true, ttl: Math.max(1, Math.ceil(expiresAt - nowMs / 1_000)) };
}
