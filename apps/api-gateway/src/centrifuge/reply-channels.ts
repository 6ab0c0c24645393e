import {
  ChannelSource,
  type Client,
  CommandError,
  maySee,
  type Opened,
  type SubscribeAsk,
} from '#centrifuge';
import { type Caller } from '#contracts';
import { type MessageReader } from '#ledger';
import { type ReplyStreams } from '#streaming';
import { type OpenStreams } from '../open-streams.js';
import { type ReplyFeed } from '../reply-feed.js';
import { type Format } from './reply-formats.js';
import { readSoFar } from './reply-so-far.js';
import { EPOCH, type ReplySubscription, subscribeTo } from './reply-subscription.js';

const CHAT = /^chat:([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})$/i;
const MESSAGE = /^messages:(msg_[0-9a-f]{32})$/;

/** Channels in which the reply of a message is published: `chat:<uuid>` and `messages:<id>`. */
export class ReplyChannels extends ChannelSource {
  constructor(
    private readonly feeds: ReplyFeed,
    private readonly streams: ReplyStreams,
    private readonly openStreams: OpenStreams,
    private readonly reader: MessageReader,
  ) {
    super();
  }

  owns(channel: string): boolean {
    return channel.startsWith('chat:') || channel.startsWith('messages:');
  }

  async open(client: Client, ask: SubscribeAsk, signal: AbortSignal): Promise<Opened> {
    await this.#requireVisible(client, ask.channel);
    const { isWhole, publications, live } = await this.subscribe(client.caller, ask, formatOf(ask), signal);
    return {
      recoverable: true,
      recovered: ask.since !== undefined && isWhole,
      epoch: EPOCH,
      offset: ask.since?.offset ?? 0,
      publications,
      live,
      close: () => Promise.resolve(),
    };
  }

  /** Who knows the name of a chat may read it; the ids of messages are no secret. */
  async #requireVisible(client: Client, channel: string): Promise<void> {
    if (client.reach === 'tenant' || channel.startsWith('chat:')) return;
    const { userId } = await this.reader.get(client.caller.tenantId, messageIdOf(channel));
    if (!maySee(client, userId)) throw new CommandError('unknown_channel');
  }

  /** @throws AppError message_not_found, too_many_streams, redis_unavailable; CommandError */
  async subscribe(
    { tenantId, scopes }: Caller,
    { channel, since }: Pick<SubscribeAsk, 'channel' | 'since'>,
    format: Format,
    signal: AbortSignal,
  ): Promise<ReplySubscription> {
    if (!scopes.includes('read')) throw new CommandError('permission_denied');
    const id = messageIdOf(channel);
    const stream = this.openStreams.enter();
    const leave = () => {
      stream.abort();
      this.openStreams.leave(stream);
    };
    signal.addEventListener('abort', leave, { once: true });
    try {
      const tail = await this.streams.tail(id).catch(() => undefined);
      // All of it is read, also for who has a part already: only so it is known what that part was.
      const feed = await this.feeds.open(tenantId, id, 0, stream.signal);
      if (!feed) throw new CommandError('unknown_channel');
      const subscription = subscribeTo(await readSoFar(feed, tail?.seq), since, format);
      return { ...subscription, live: closing(subscription.live, leave) };
    } catch (error) {
      leave();
      throw error;
    }
  }
}

async function* closing(live: ReplySubscription['live'], close: () => void): ReplySubscription['live'] {
  try {
    yield* live;
  } finally {
    close();
  }
}

/** The message whose reply is published in a channel. @throws CommandError unknown_channel */
function messageIdOf(channel: string): string {
  const chat = CHAT.exec(channel);
  if (chat) return `msg_${chat.slice(1).join('').toLowerCase()}`;
  const message = MESSAGE.exec(channel);
  if (!message) throw new CommandError('unknown_channel');
  return message[1]!;
}

/** The channel and the message have the same UUID, so nothing needs to be stored to find one from the other. */
export function chatChannelOf(messageId: string): string {
  const hex = messageId.slice('msg_'.length);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return `chat:${parts.join('-')}`;
}

/** The clients of chat channels parse what they get; others may ask for it with `data: {"format": "object"}`. */
function formatOf({ channel, data }: SubscribeAsk): Format {
  const asked = typeof data === 'object' && data !== null && 'format' in data ? data.format : undefined;
  if (asked === 'object' || asked === 'string') return asked;
  return channel.startsWith('chat:') ? 'string' : 'object';
}
