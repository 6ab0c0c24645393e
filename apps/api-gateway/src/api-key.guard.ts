import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { AuthSettings, HttpSettings } from '#config';
import { type Scope } from '#contracts';
import { rememberCaller, SCOPE, TOKEN_IN_QUERY } from './caller.js';
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
    const handler = context.getHandler();
    const scope = this.#reflector.get<Scope | undefined>(SCOPE, handler) ?? 'read';
    const places = [handler, context.getClass()];
    const takesToken =
      this.#reflector.getAllAndOverride<boolean | undefined>(TOKEN_IN_QUERY, places) ?? false;
    rememberCaller(request, this.#callers.of(request, scope, takesToken ? takeToken(request) : undefined));
    return true;
  }
}

/** The key is none of the parameters of the route. */
function takeToken(request: FastifyRequest): string | undefined {
  const query = request.query as { token?: unknown };
  const { token } = query;
  delete query.token;
  return typeof token === 'string' && token !== '' ? token : undefined;
}
