import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { AuthSettings, HttpSettings } from '#config';
import { type Scope } from '#contracts';
import { rememberCaller, SCOPE } from './caller.js';
import { Callers } from './callers.js';

/** Lets a request in when its caller may do what it asks for. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  readonly #callers: Callers;
  readonly #reflector = new Reflector();

  constructor(auth: AuthSettings, http: HttpSettings) {
    this.#callers = new Callers(auth, http);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const scope = this.#reflector.get<Scope | undefined>(SCOPE, context.getHandler()) ?? 'read';
    rememberCaller(request, this.#callers.of(request, scope, takeToken(request)));
    return true;
  }
}

/** A key as browsers send it that cannot send headers: `?token=`. No route takes it for one of its own parameters. */
function takeToken({ query }: FastifyRequest): string | undefined {
  if (typeof query !== 'object' || query === null) return undefined;
  const given = query as { token?: unknown };
  const { token } = given;
  delete given.token;
  return typeof token === 'string' && token !== '' ? token : undefined;
}
