import { type ErrorCode, type Message, type Problem, RETRYABLE_CODES } from './api.generated.js';

/** Whatever goes wrong between a caller and the system. */
export class LlmqError extends Error {
  /** Whether the same request may succeed later. */
  readonly retryable: boolean = false;
}

/** The server refused; decide by `code`. */
export class ApiError extends LlmqError {
  override readonly name = 'ApiError';
  override readonly retryable: boolean;
  readonly status: number;
  /** Undefined: whoever answered was not the queue. */
  readonly code: ErrorCode | undefined;
  readonly requestId: string | undefined;

  constructor(
    status: number,
    readonly problem: Partial<Problem>,
    /** How long the server asks to wait. */
    readonly retryAfterMs: number | undefined,
  ) {
    super(problem.detail ?? `The server answered ${status}`);
    this.status = status;
    this.code = problem.code;
    this.requestId = problem.request_id;
    this.retryable = isRetryable(status, problem.code);
  }
}

/** The server could not be reached, the connection broke, or nothing came in time; `cause` says more. */
export class ConnectionError extends LlmqError {
  override readonly name = 'ConnectionError';
  override readonly retryable = true;
}

/** The message ended otherwise than well. */
export class MessageFailedError extends LlmqError {
  override readonly name = 'MessageFailedError';

  constructor(readonly failed: Message) {
    super(failed.error?.message ?? `The message ended as ${failed.status}`);
  }

  get code(): ErrorCode | undefined {
    return this.failed.error?.code;
  }
}

function isRetryable(status: number, code: ErrorCode | undefined): boolean {
  if (code !== undefined) return (RETRYABLE_CODES as readonly string[]).includes(code);
  // Said by something on the way, such as a proxy.
  return [408, 429, 500, 502, 503, 504].includes(status);
}
