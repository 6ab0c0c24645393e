import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type Caller, type Scope } from '#contracts';

const callers = new WeakMap<FastifyRequest, Caller>();

export function rememberCaller(request: FastifyRequest, caller: Caller): void {
  callers.set(request, caller);
}

/** Who makes the request; the guard has checked it. */
export const CallerOf = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const caller = callers.get(context.switchToHttp().getRequest<FastifyRequest>());
  if (!caller) throw new Error('This route is not guarded by ApiKeyGuard');
  return caller;
});

export const SCOPE = 'scope';

/** The scope that a route asks for; `read` where none is named. */
export const RequireScope = (scope: Scope) => SetMetadata(SCOPE, scope);

export const TOKEN_IN_QUERY = 'token-in-query';

/** The route, or every route of the class, also takes its key as `?token=`: browsers send no headers with an EventSource. */
export const TakesToken = () => SetMetadata(TOKEN_IN_QUERY, true);
