import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type AppError } from '#contracts';
import { type Log, traceTags } from '#observability';
import { openAiStatus, speaksOpenAi, toOpenAiError } from './openai-error.js';
import { asAppError, toProblem } from './problem.js';
import { spanOf } from './trace-requests.js';

/** Answers every failed request with a problem document, or as OpenAI does; the one place where failures of requests are logged. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: Log) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const error = asAppError(thrown);
    this.#write(error, request);
    if (!reply.sent && !reply.raw.headersSent) sendProblem(error, request, reply);
  }

  #write(error: AppError, request: FastifyRequest): void {
    const fields = {
      request_id: request.id,
      ...traceTags(spanOf(request).traceparent),
      method: request.method,
      path: request.url.split('?')[0],
      code: error.code,
    };
    if (error.code === 'internal') this.log.error({ ...fields, err: error.cause ?? error }, 'request failed');
    else if (error.status >= 500) this.log.warn({ ...fields, reason: error.message }, 'request failed');
    else this.log.debug({ ...fields, reason: error.message }, 'request refused');
  }
}

/** Also for what Fastify refuses before any hook or route has run. */
export function sendProblem(error: AppError, request: FastifyRequest, reply: FastifyReply): void {
  const { status, type, body, headers } = speaksOpenAi(request.url)
    ? asOpenAi(error)
    : asProblem(error, request.id);
  void reply
    .status(status)
    .headers({ ...headers, 'x-request-id': request.id })
    .type(type)
    .send(body);
}

interface ErrorAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: object;
  readonly headers: Record<string, string>;
}

function asProblem(error: AppError, requestId: string): ErrorAnswer {
  const body = toProblem(error, requestId);
  return { status: error.status, type: 'application/problem+json', body, headers: headersOf(error) };
}

/** Their clients try again unless they are told not to, also after 409 and what has no `retry-after`. */
function asOpenAi(error: AppError): ErrorAnswer {
  const headers = { ...headersOf(error), 'x-should-retry': String(error.retryable) };
  return { status: openAiStatus(error.code), type: 'application/json', body: toOpenAiError(error), headers };
}

function headersOf(error: AppError): Record<string, string> {
  if (error.status === 401) return { 'www-authenticate': 'Bearer' };
  const retryAfterMs = error.retryAfterMs ?? (error.status === 503 ? 1_000 : undefined);
  if (retryAfterMs === undefined) return {};
  return {
    'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))),
    'retry-after-ms': String(retryAfterMs),
    // What OpenAI's client libraries look at before anything else.
    ...(!error.retryable && { 'x-should-retry': 'false' }),
  };
}
