/** What the channels of a namespace offer. */
export interface ChannelRules {
  /** Who is there can be asked. */
  readonly presence: boolean;
  /** Clients may publish, not only the server API. */
  readonly publish: boolean;
  /** Who comes and goes is told to those who ask for it. */
  readonly joinLeave: boolean;
  /** … and to everybody else, too. */
  readonly forcePushJoinLeave: boolean;
  /** A client needs a token for the channel. */
  readonly token: boolean;
  /** So many publications are kept; 0: none, and nothing can be recovered. */
  readonly historySize: number;
  readonly historyMs: number;
}

/** By namespace: what stands before the first colon; '' for channels without one. */
export type Namespaces = ReadonlyMap<string, ChannelRules>;

export function namespaceOf(channel: string): string {
  const colon = channel.indexOf(':');
  return colon < 0 ? '' : channel.slice(0, colon);
}
