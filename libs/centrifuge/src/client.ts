import { type Caller } from '#contracts';

/** Who is connected. */
export interface Client {
  /** Of this connection; another one after each reconnect. */
  readonly id: string;
  /** As the token names it; many connections may be of one user. */
  readonly user: string;
  /** Whose channels and messages it may see. */
  readonly caller: Caller;
  /** Of these: all of the tenant's, those of `user`, or nobody's. */
  readonly reach: 'tenant' | 'user' | 'none';
  /** What others are told of it, as the token says; any JSON. */
  readonly info?: unknown;
}

/** A client as it stands in presence and beside what it publishes. */
export interface ClientInfo {
  readonly user: string;
  readonly client: string;
  readonly conn_info?: unknown;
  readonly chan_info?: unknown;
}

/** Whether it may see what belongs to this user of its tenant. */
export function maySee({ reach, user }: Client, userId: string): boolean {
  return reach === 'tenant' || (reach === 'user' && user === userId);
}

export function infoOf({ id, user, info }: Client, channelInfo?: unknown): ClientInfo {
  return {
    user,
    client: id,
    ...(info !== undefined && { conn_info: info }),
    ...(channelInfo !== undefined && { chan_info: channelInfo }),
  };
}
