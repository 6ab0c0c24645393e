import { type Channels } from './channel-source.js';
import { type Admitted, type Gate, type Visitor } from './gate.js';
import { type Procedures } from './procedures.js';
import { type OutboxLimits } from './protocol/outbox.js';
import { type Subscriptions } from './subscriptions.js';

/** What all connections of a process have in common. */
export interface Surroundings {
  /** The name of this process. */
  readonly node: string;
  readonly gate: Gate;
  readonly channels: Channels;
  readonly procedures: Procedures;
  readonly pingMs: number;
  readonly limits: OutboxLimits;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** A connection as its commands see it. */
export interface Peer {
  readonly at: Surroundings;
  readonly session: string;
  readonly isEmulated: boolean;
  readonly isUnidirectional: boolean;
  readonly visitor: Visitor;
  readonly subscriptions: Subscriptions;
  /** Publications and calls that it may still make at once. */
  readonly turns: { tokens: number; at: number };
  /** Undefined until it has connected. */
  readonly admitted: Admitted | undefined;
  /** It has connected, or a new token has taken the place of the old one. */
  admit(admitted: Admitted): void;
}
