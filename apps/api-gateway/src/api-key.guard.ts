import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { AuthSettings, HttpSettings } from '#config';
import { AppError, type Caller, type Scope } from '#contracts';
import { ApiKeys, forgetPresentedKey } from './api-keys.js';
import { rememberCaller, SCOPE } from './caller.js';

/** Lets a request in by its API key; without configured keys, by the name under which it reached this machine. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  readonly #keys: ApiKeys;
  readonly #allowedHosts: ReadonlySet<string>;
  readonly #reflector = new Reflector();

  constructor(
    private readonly auth: AuthSettings,
    http: HttpSettings,
  ) {
    this.#keys = new ApiKeys(auth);
    this.#allowedHosts = new Set(
      http.value.allowed_hosts.split(',').map((host) => host.trim().toLowerCase()),
    );
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    if (this.#keys.none) this.#requireKnownHost(request);
    const caller = this.#callerOf(request);
    const scope = this.#reflector.get<Scope | undefined>(SCOPE, context.getHandler()) ?? 'read';
    if (!caller.scopes.includes(scope))
      throw new AppError('forbidden', `The API key lacks the scope ${scope}`);
    rememberCaller(request, caller);
    forgetPresentedKey(request);
    return true;
  }

  /** A page that lets its own name point to this machine (DNS rebinding) still sends that name. */
  #requireKnownHost(request: FastifyRequest): void {
    if (this.auth.value.insecure || this.#allowedHosts.has(hostName(request.headers.host))) return;
    throw new AppError('host_not_allowed', 'Add this host name to http.allowed_hosts, or configure API keys');
  }

  #callerOf(request: FastifyRequest): Caller {
    const caller = this.#keys.callerOf(request);
    if (!caller)
      throw new AppError(
        'unauthorized',
        'Send a valid key as `Authorization: Bearer …`, `X-API-Key` or `?token=`',
      );
    return caller;
  }
}

function hostName(host: string | undefined): string {
  return (host ?? '').toLowerCase().replace(/:\d+$/, '');
}
