import { type HistoryPage, type Position } from '../channel-source.js';
import { type ClientInfo } from '../client.js';
import { type Move, type Publication } from '../protocol/publication.js';
import { type ChannelRules } from './rules.js';

/** Told of every publication in a channel, in order, and of who came and went; `gap`: some may have been missed. */
export interface Listener {
  push(publication: Publication): void;
  gap(): void;
}

export interface HistoryAsk {
  /** After this number; undefined: from the beginning. */
  readonly after: number | undefined;
  /** Most publications; 0: none, only the position. */
  readonly limit: number;
  readonly reverse: boolean;
}

/**
 * Carries publications between all processes, remembers the last ones of each channel, and who is there. Channels are
 * named by keys, which name the tenant too. `broker.conformance.ts` is the specification.
 */
export abstract class Broker {
  /**
   * Gives a publication the next number and hands it to all listeners; `body` is its JSON without the number.
   * @throws AppError redis_unavailable
   */
  abstract publish(key: string, body: string, rules: ChannelRules): Promise<Position>;
  /** The number of the last publication and what is kept of those before it. */
  abstract history(key: string, ask: HistoryAsk): Promise<HistoryPage>;
  /** Resolves once every later publication will be told; the answer ends it. */
  abstract listen(key: string, listener: Listener): Promise<() => void>;
  /** To be repeated within a minute, for as long as the client is there. */
  abstract enter(key: string, info: ClientInfo): Promise<void>;
  abstract leave(key: string, clientId: string): Promise<void>;
  /** Tells all listeners that somebody came or went; that is kept nowhere. */
  abstract tellMove(key: string, move: Move, info: ClientInfo): Promise<void>;
  abstract present(key: string): Promise<readonly ClientInfo[]>;
  /** Takes what other processes forward to this one, in the order in which they got it. */
  abstract takeFrames(node: string, take: FrameTaker): void;
  /**
   * Hands on what a client of another process sent here; false: there is no such process.
   * @throws AppError redis_unavailable
   */
  abstract forwardFrame(node: string, session: string, frame: string): Promise<boolean>;
  abstract close(): Promise<void>;
}

export type FrameTaker = (session: string, frame: string) => void;

/** Who has not been heard of for so long is not there any more. */
export const PRESENCE_MS = 60_000;

/** The position of a channel is remembered for so long after its last publication: much longer than its history. */
export const POSITION_MS = 30 * 86_400_000;
