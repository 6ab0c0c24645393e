import { type CanActivate, type ExecutionContext, Injectable, type Type } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type FastifyRequest } from 'fastify';
import { AuthSettings, HttpSettings } from '#config';
import { type Scope } from '#contracts';
import { rememberCaller, SCOPE, TOKEN_IN_QUERY } from './caller.js';
import { Callers } from './callers.js';

/** What a route says of who may ask it. */
interface Terms {
  readonly scope: Scope;
  readonly takesToken: boolean;
}

/** Lets a request in when its caller may do what it asks for. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  readonly #callers: Callers;
  readonly #reflector = new Reflector();
  /** They are written at the routes and never change, and asking for them takes 3 µs. */
  readonly #terms = new WeakMap<object, Terms>();

  constructor(auth: AuthSettings, http: HttpSettings) {
    this.#callers = new Callers(auth, http);
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const handler = context.getHandler();
    const { scope, takesToken } = this.#terms.get(handler) ?? this.#termsOf(handler, context.getClass());
    rememberCaller(request, this.#callers.of(request, scope, takesToken ? takeToken(request) : undefined));
    return true;
  }

  #termsOf(handler: ReturnType<ExecutionContext['getHandler']>, controller: Type): Terms {
    const scope = this.#reflector.get<Scope | undefined>(SCOPE, handler) ?? 'read';
    const places = [handler, controller];
    const takesToken =
      this.#reflector.getAllAndOverride<boolean | undefined>(TOKEN_IN_QUERY, places) ?? false;
    const terms = { scope, takesToken };
    this.#terms.set(handler, terms);
    return terms;
  }
}

/** The key is none of the parameters of the route. */
function takeToken(request: FastifyRequest): string | undefined {
  const query = request.query as { token?: unknown };
  const { token } = query;
  delete query.token;
  return typeof token === 'string' && token !== '' ? token : undefined;
}
