import { type Client, type ClientInfo } from './client.js';
import { type Grant } from './gate.js';
import { CommandError } from './protocol/codes.js';
import { type HistoryRequest } from './protocol/commands.js';
import { type Publication } from './protocol/publication.js';

export interface SubscribeAsk {
  readonly channel: string;
  /** Whatever the client sent along. */
  readonly data: unknown;
  /** Where it was; undefined: it comes for the first time. */
  readonly since: Position | undefined;
  /** Whether it wants to hear who comes and goes. */
  readonly joinLeave: boolean;
  /** Of a token for this channel; undefined: it sent none. */
  readonly grant: Grant | undefined;
}

export interface Position {
  readonly offset: number;
  readonly epoch: string;
}

/** A subscription as its channel opens it. */
export interface Opened extends Position {
  /** Whether a client that was away can have what it missed. */
  readonly recoverable: boolean;
  /** Of a client that asked for what it missed: it is all in `publications` and `live`. */
  readonly recovered: boolean;
  /** How things stand as the subscription begins; any JSON. */
  readonly data?: unknown;
  /** What comes with the answer; `offset` is the place before it. */
  readonly publications: readonly Publication[];
  /**
   * What comes afterwards, in order, until the signal aborts; ends before when there will be nothing more.
   * @throws InsufficientState when something was missed, AppError
   */
  readonly live: AsyncIterable<readonly Publication[]>;
  /** Tells that the subscriber is still there. */
  readonly touch?: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export interface HistoryPage extends Position {
  readonly publications: readonly Publication[];
}

/** Channels of one kind. What a kind does not offer is refused as not available. */
export abstract class ChannelSource {
  abstract owns(channel: string): boolean;
  /** Resolves once nothing that is published from now on will be missed. */
  abstract open(client: Client, ask: SubscribeAsk, signal: AbortSignal): Promise<Opened>;

  publish(_client: Client, _channel: string, _data: unknown): Promise<void> {
    return Promise.reject(new CommandError('not_available'));
  }

  history(_client: Client, _request: HistoryRequest): Promise<HistoryPage> {
    return Promise.reject(new CommandError('not_available'));
  }

  /** By the id of the connection. */
  presence(_client: Client, _channel: string): Promise<Readonly<Record<string, ClientInfo>>> {
    return Promise.reject(new CommandError('not_available'));
  }
}

/** All channels that a node has, by kind. */
export class Channels {
  constructor(private readonly sources: readonly ChannelSource[]) {}

  /** @throws CommandError unknown_channel */
  of(channel: string): ChannelSource {
    const source = this.sources.find((each) => each.owns(channel));
    if (!source) throw new CommandError('unknown_channel');
    return source;
  }
}
