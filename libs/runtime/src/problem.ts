import { HttpException } from '@nestjs/common';
import { AppError, type ErrorCode, errorRow, type FieldProblem, formatDuration } from '#contracts';

/** An error as clients see it: RFC 9457, with a stable `code`. */
export interface Problem {
  /** Where this server explains the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  /** The same: what clients of older systems read. */
  readonly error: string;
  readonly request_id: string;
  readonly seed_code?: number;
  /** What a message would wait if it were accepted now. */
  readonly estimated_wait?: string | null;
  readonly estimated_wait_ms?: number | null;
  readonly errors?: readonly FieldProblem[];
  /** The task that was accepted before this went wrong. */
  readonly task_id?: string;
}

export function toProblem(error: AppError, requestId: string): Problem {
  const { title, status, seedCode } = errorRow(error.code);
  // What broke inside is for the log, not for the client.
  const detail = error.code === 'internal' ? title : error.message;
  return {
    type: `/errors/${error.code}`,
    title,
    status,
    code: error.code,
    detail,
    error: detail,
    request_id: requestId,
    ...(seedCode !== undefined && { seed_code: seedCode }),
    ...estimateOf(error),
    ...(error.fields.length > 0 && { errors: error.fields }),
    ...(error.taskId !== undefined && { task_id: error.taskId }),
  };
}

function estimateOf({ estimatedWaitMs: ms }: AppError) {
  if (ms === undefined) return {};
  return { estimated_wait: ms === null ? null : formatDuration(ms), estimated_wait_ms: ms };
}

/** Whatever a request ran into as one of our errors: ours, Nest's, or Fastify's. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown })?.statusCode;
  const code = typeof status === 'number' ? CODES[status] : undefined;
  const message = error instanceof Error ? error.message : 'unknown';
  if (!code) return new AppError('internal', message, { cause: error });
  return new AppError(code, explain(code, error, message), { cause: error });
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  404: 'route_not_found',
  405: 'route_not_found',
  408: 'request_timeout',
  413: 'payload_too_large',
  414: 'invalid_request',
  415: 'unsupported_media_type',
};

function explain(code: ErrorCode, error: unknown, message: string): string {
  // Nest names the whole URL, and people put keys into queries.
  if (code === 'route_not_found') return 'No route has this method and this path';
  if (code === 'unsupported_media_type') return 'Send the body as content-type: application/json';
  const fastifyCode = (error as { code?: unknown }).code;
  if (fastifyCode === 'FST_ERR_CTP_EMPTY_JSON_BODY') return 'The body is empty; send a JSON object';
  if (error instanceof SyntaxError || fastifyCode === 'FST_ERR_CTP_INVALID_JSON_BODY')
    return `The body is not valid JSON: ${message}`;
  return message;
}
