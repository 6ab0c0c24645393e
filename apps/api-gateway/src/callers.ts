import { type AuthSettings, type HttpSettings } from '#config';
import { AppError, type Caller, type Scope } from '#contracts';
import { ApiKeys, type WithHeaders } from './api-keys.js';

/** Tells who makes a request: by the API key; without configured keys, by the name under which it reached this machine. */
export class Callers {
  readonly #keys: ApiKeys;
  readonly #allowedHosts: ReadonlySet<string>;

  constructor(
    private readonly auth: AuthSettings,
    http: HttpSettings,
  ) {
    this.#keys = new ApiKeys(auth);
    this.#allowedHosts = new Set(
      http.value.allowed_hosts.split(',').map((host) => host.trim().toLowerCase()),
    );
  }

  /**
   * `token` is a key that came in the query, from browsers that cannot send headers.
   * @throws AppError unauthorized, forbidden, host_not_allowed
   */
  of(request: WithHeaders, scope: Scope, token?: string): Caller {
    if (this.#keys.none) this.#requireKnownHost(request.headers.host);
    const caller = this.#keys.callerOf(request, token);
    if (!caller)
      throw new AppError('unauthorized', 'Send a valid key as `Authorization: Bearer …` or `X-API-Key`');
    if (!caller.scopes.includes(scope))
      throw new AppError('forbidden', `The API key lacks the scope ${scope}`);
    return caller;
  }

  /** A page that lets its own name point to this machine (DNS rebinding) still sends that name. */
  #requireKnownHost(host: string | undefined): void {
    if (this.auth.value.insecure || this.#allowedHosts.has(hostName(host))) return;
    throw new AppError('host_not_allowed', 'Add this host name to http.allowed_hosts, or configure API keys');
  }
}

function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '');
}
