import { type Caller, DEFAULT_TENANT } from '#contracts';
import { type Client } from './client.js';
import { CommandError, DisconnectError } from './protocol/codes.js';
import { type Claims, type Tokens } from './protocol/tokens.js';

/** What a connection may, and until when. */
export interface Admitted {
  readonly client: Client;
  /** Epoch seconds; undefined: for as long as it likes. */
  readonly expiresAt?: number | undefined;
  /** What the server subscribes it to. */
  readonly channels: readonly string[];
}

/** What a token adds to a subscription. */
export interface Grant {
  readonly info?: unknown;
  readonly expiresAt?: number | undefined;
}

/** Who came over HTTP, by its API key; `callerOf` looks up a key that came as the token of a connect command. */
export interface Visitor {
  readonly caller: Caller | undefined;
  readonly callerOf: (key: string) => Caller | undefined;
}

/** The name of a user whom no token names. */
const ANONYMOUS = 'anonymous';

/** Lets clients in: by API key, by a token that the operator's backend has signed, or without either while nobody needs one. */
export class Gate {
  constructor(private readonly tokens: Tokens | undefined) {}

  /** @throws CommandError unauthorized, token_expired; DisconnectError invalid_token */
  connect(id: string, token: string, visitor: Visitor): Admitted {
    const claims = token === '' ? 'invalid' : (this.tokens?.verify(token) ?? 'invalid');
    if (claims === 'expired') throw new CommandError('token_expired');
    if (claims !== 'invalid') return this.#byToken(id, claims);
    const caller = token === '' ? visitor.caller : this.#callerOf(token, visitor);
    if (!caller) throw new CommandError('unauthorized');
    return { client: { id, user: ANONYMOUS, caller, reach: 'tenant' }, channels: [] };
  }

  /** A token that takes the place of an older one, for the same client. */
  refresh({ client }: Admitted, token: string): Admitted {
    const refreshed = this.#byToken(client.id, this.#verified(token));
    const { user, caller } = refreshed.client;
    if (user !== client.user || caller.tenantId !== client.caller.tenantId)
      throw new DisconnectError('invalid_token');
    return refreshed;
  }

  /**
   * A token for one channel and this user only; undefined: there is none, or none can be told from a forged one.
   * @throws CommandError permission_denied, token_expired
   */
  subscribe({ user, caller }: Client, channel: string, token: string): Grant | undefined {
    if (token === '' || !this.tokens) return undefined;
    const claims = this.tokens.verify(token);
    if (claims === 'expired') throw new CommandError('token_expired');
    if (claims === 'invalid') throw new CommandError('permission_denied');
    const isTheirs = claims.sub === (user === ANONYMOUS ? '' : user);
    if (!isTheirs || claims.channel !== channel || tenantOf(claims) !== caller.tenantId)
      throw new CommandError('permission_denied');
    return { info: claims.info, expiresAt: expiryOf(claims) };
  }

  #verified(token: string): Claims {
    const claims = this.tokens?.verify(token) ?? 'invalid';
    if (claims === 'expired') throw new CommandError('token_expired');
    if (claims === 'invalid') throw new DisconnectError('invalid_token');
    return claims;
  }

  /** Where everybody is let in, what looks like a token of ours must still be one. */
  #callerOf(key: string, { caller, callerOf }: Visitor): Caller {
    const found = callerOf(key);
    if (!found || (this.tokens && found === caller)) throw new DisconnectError('invalid_token');
    return found;
  }

  #byToken(id: string, claims: Claims): Admitted {
    const user = claims.sub === '' ? ANONYMOUS : claims.sub;
    const caller: Caller = {
      tenantId: tenantOf(claims),
      keyName: `token:${user}`,
      scopes: ['read', 'write'],
    };
    return {
      client: { id, user, caller, reach: claims.sub === '' ? 'none' : 'user', info: claims.info },
      expiresAt: expiryOf(claims),
      channels: [...new Set([...claims.channels, ...Object.keys(claims.subs)])],
    };
  }
}

function tenantOf({ tenant }: Claims): string {
  return tenant ?? DEFAULT_TENANT;
}

/** 0 means never, whenever the token itself expires. */
function expiryOf({ expire_at, exp }: Claims): number | undefined {
  return expire_at === 0 ? undefined : (expire_at ?? exp);
}
