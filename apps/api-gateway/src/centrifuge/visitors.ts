import { type IncomingHttpHeaders } from 'node:http';
import { type AuthSettings, type HttpSettings } from '#config';
import { AppError, type Caller, type Scope } from '#contracts';
import { type Visitor } from '#centrifuge';
import { ApiKeys } from '../api-keys.js';

/** What is known of a request by its head. */
export interface Head {
  readonly headers: IncomingHttpHeaders;
  readonly url?: string | undefined;
}

/** Who comes by a door that browsers must be able to use: they can send neither headers with a WebSocket nor with an EventSource. */
export class Visitors {
  readonly #keys: ApiKeys;
  readonly #hosts: ReadonlySet<string>;

  constructor(
    private readonly auth: AuthSettings,
    { value }: HttpSettings,
  ) {
    this.#keys = new ApiKeys(auth);
    this.#hosts = new Set(value.allowed_hosts.split(',').map((host) => host.trim().toLowerCase()));
  }

  /** Without a valid key it has no caller yet. @throws AppError host_not_allowed */
  of({ headers, url = '' }: Head): Visitor {
    this.#requireKnownHost(headers.host);
    const token = new URLSearchParams(url.split('?')[1] ?? '').get('token');
    return {
      caller: this.#keys.callerOf({ headers }, token ?? undefined),
      callerOf: (key) => this.#keys.callerOf({ headers: {} }, key),
    };
  }

  /** @throws AppError host_not_allowed, unauthorized, forbidden */
  callerOf(head: Head, scope: Scope): Caller {
    const { caller } = this.of(head);
    if (!caller)
      throw new AppError(
        'unauthorized',
        'Send a valid key as `Authorization: Bearer …`, `X-API-Key` or `?token=`',
      );
    if (!caller.scopes.includes(scope))
      throw new AppError('forbidden', `The API key lacks the scope ${scope}`);
    return caller;
  }

  /** A page that lets its own name point to this machine (DNS rebinding) still sends that name. */
  #requireKnownHost(host = ''): void {
    if (!this.#keys.none || this.auth.value.insecure) return;
    if (this.#hosts.has(host.toLowerCase().replace(/:\d+$/, ''))) return;
    throw new AppError('host_not_allowed', 'Add this host name to http.allowed_hosts, or configure API keys');
  }
}
