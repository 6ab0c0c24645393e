interface ErrorRow {
  /** HTTP status of the answer. */
  readonly status: number;
  /** Whether the same work may succeed when it is tried again. */
  readonly retryable: boolean;
  readonly title: string;
  /** The business code that older clients of the message API know. */
  readonly seedCode?: number;
}

/** Every failure that a client, a stream or the queue can observe. A new failure is a new row, never a new class. */
export const ERRORS = {
  invalid_request: { status: 400, retryable: false, title: 'The request is not valid' },
  content_empty: { status: 400, retryable: false, title: 'The content is empty', seedCode: 1001 },
  content_too_long: { status: 400, retryable: false, title: 'The content is too long', seedCode: 1002 },
  invalid_priority: { status: 400, retryable: false, title: 'The priority is not known', seedCode: 1003 },
  message_not_found: { status: 404, retryable: false, title: 'There is no such message', seedCode: 1004 },
  task_not_found: { status: 404, retryable: false, title: 'There is no such task' },
  task_not_done: { status: 408, retryable: false, title: 'The task did not end while the caller waited' },
  task_failed: { status: 500, retryable: false, title: 'The task failed' },
  delivery_not_found: { status: 404, retryable: false, title: 'There is no such delivery' },
  conversation_not_found: {
    status: 404,
    retryable: false,
    title: 'There is no such conversation',
    seedCode: 1005,
  },
  session_not_found: { status: 404, retryable: false, title: 'There is no such session' },
  session_closed: { status: 409, retryable: false, title: 'The session takes no messages' },
  invalid_session_id: { status: 400, retryable: false, title: 'The session id is not valid' },
  invalid_user_id: { status: 400, retryable: false, title: 'The user id is not valid', seedCode: 1006 },
  provider_unknown: { status: 400, retryable: false, title: 'There is no such provider' },
  model_unknown: { status: 400, retryable: false, title: 'There is no such model' },
  task_type_unknown: { status: 400, retryable: false, title: 'There is no such task type' },
  data_too_large: { status: 400, retryable: false, title: 'The data is too large' },
  no_target: { status: 422, retryable: false, title: 'No model can serve the message' },
  catalog_invalid: { status: 422, retryable: false, title: 'The provider files have problems' },
  restart_needed: { status: 409, retryable: false, title: 'The change needs a restart' },
  invalid_schedule: {
    status: 400,
    retryable: false,
    title: 'The times of the message contradict each other',
  },
  invalid_transition: { status: 409, retryable: false, title: 'The message cannot go to this status' },
  idempotency_mismatch: {
    status: 422,
    retryable: false,
    title: 'The idempotency key was used for another request',
  },
  dead_letter_not_found: { status: 404, retryable: false, title: 'There is no such dead letter' },
  redrive_not_found: { status: 404, retryable: false, title: 'There is no such redrive' },
  redrive_running: { status: 409, retryable: false, title: 'Another redrive is running' },
  rule_not_found: { status: 404, retryable: false, title: 'There is no such rule' },
  resource_not_found: { status: 404, retryable: false, title: 'There is no such resource' },
  resource_exists: { status: 409, retryable: false, title: 'There is already such a resource' },
  endpoint_not_found: { status: 404, retryable: false, title: 'There is no such endpoint' },
  endpoint_exists: { status: 409, retryable: false, title: 'There is already such an endpoint' },
  endpoint_configured: { status: 409, retryable: false, title: 'The endpoint stands in the configuration' },
  address_refused: { status: 400, retryable: false, title: 'The address may not be called' },
  key_not_found: { status: 404, retryable: false, title: 'There is no such key' },
  allocation_not_found: { status: 404, retryable: false, title: 'There is no such allocation' },
  allocation_exists: { status: 409, retryable: false, title: 'There is already such an allocation' },
  capacity_exceeded: { status: 409, retryable: true, title: 'No resource has this much capacity free' },
  limit_reached: { status: 409, retryable: false, title: 'There are as many as there may be' },
  conversation_closed: { status: 409, retryable: false, title: 'The conversation takes no new messages' },
  message_finished: { status: 409, retryable: false, title: 'The message has already ended' },
  unauthorized: { status: 401, retryable: false, title: 'An API key is needed' },
  forbidden: { status: 403, retryable: false, title: 'The API key may not do this' },
  host_not_allowed: { status: 403, retryable: false, title: 'This host name is not served' },
  origin_not_allowed: { status: 403, retryable: false, title: 'Pages of this origin may not connect' },
  route_not_found: { status: 404, retryable: false, title: 'There is no such route' },
  payload_too_large: { status: 413, retryable: false, title: 'The body is too large' },
  unsupported_media_type: { status: 415, retryable: false, title: 'The body must be JSON' },
  request_timeout: { status: 408, retryable: true, title: 'The request came too slowly' },
  rate_limited: { status: 429, retryable: true, title: 'Too many requests in too little time' },
  budget_exhausted: { status: 429, retryable: false, title: 'The budget is used up' },
  shed: {
    status: 429,
    retryable: true,
    title: 'New work of this priority is turned away until the load falls',
    seedCode: 1009,
  },
  queue_full: { status: 429, retryable: true, title: 'The priority band is full', seedCode: 1007 },
  too_many_streams: { status: 503, retryable: true, title: 'Too many streams are open' },
  too_many_connections: {
    status: 429,
    retryable: true,
    title: 'The address has too many connections open',
  },
  conversation_full: { status: 429, retryable: true, title: 'Too many turns of the conversation wait' },
  draining: { status: 503, retryable: true, title: 'Nothing new is taken at the moment', seedCode: 1008 },
  database_unavailable: { status: 503, retryable: true, title: 'The database is away', seedCode: 2001 },
  redis_unavailable: { status: 503, retryable: true, title: 'Redis is away', seedCode: 2002 },
  intake_overloaded: { status: 503, retryable: true, title: 'Too many requests are waiting for the disk' },
  stream_lost: { status: 410, retryable: false, title: 'The reply stream is gone' },
  expired: { status: 504, retryable: false, title: 'The message waited longer than it may', seedCode: 1010 },
  cancelled: { status: 409, retryable: false, title: 'The message was cancelled' },
  worker_lost: { status: 500, retryable: true, title: 'The worker that ran the message died' },
  worker_failed: { status: 502, retryable: false, title: 'The worker that ran the message failed' },
  task_type_gone: {
    status: 422,
    retryable: true,
    title: 'The task type of the message is not there any more',
  },
  result_invalid: { status: 502, retryable: false, title: 'The reply is not the result that was asked for' },
  reply_too_large: { status: 502, retryable: false, title: 'The reply is larger than allowed' },
  provider_rate_limited: { status: 429, retryable: true, title: 'The provider limits the rate' },
  provider_quota_exhausted: {
    status: 429,
    retryable: false,
    title: 'The provider account has no quota left',
  },
  provider_overloaded: { status: 503, retryable: true, title: 'The provider has too much to do' },
  provider_rejected: { status: 400, retryable: false, title: 'The provider rejected the request' },
  provider_unauthorized: { status: 502, retryable: false, title: 'The provider refused the API key' },
  provider_timeout: { status: 504, retryable: true, title: 'The provider did not answer in time' },
  provider_unavailable: { status: 502, retryable: true, title: 'The provider is not available' },
  provider_bad_response: { status: 502, retryable: true, title: 'The provider answered with garbage' },
  internal: { status: 500, retryable: true, title: 'Something went wrong inside', seedCode: 2000 },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export function errorRow(code: ErrorCode): ErrorRow {
  return ERRORS[code];
}

/** One bad field of a request: its path (`metadata.tags.0`) and what to change. */
export interface FieldProblem {
  readonly field: string;
  readonly message: string;
}

export interface AppErrorOptions {
  readonly cause?: unknown;
  readonly fields?: readonly FieldProblem[];
  /** How long to wait before trying again. */
  readonly retryAfterMs?: number;
  /** How long a message would wait if it were accepted now; null: nobody knows. */
  readonly estimatedWaitMs?: number | null;
  /** The task that was accepted before this went wrong. */
  readonly taskId?: string;
  /** Where it is otherwise than for most errors of the code: the work has ended, and asking again would only say so. */
  readonly retryable?: boolean;
}

/** The one error class for failures that somebody outside may see; everything else is a bug (500). */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly status: number;
  readonly retryable: boolean;
  readonly fields: readonly FieldProblem[];
  readonly retryAfterMs: number | undefined;
  readonly estimatedWaitMs: number | null | undefined;
  readonly taskId: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.status = ERRORS[code].status;
    this.retryable = options.retryable ?? ERRORS[code].retryable;
    this.fields = options.fields ?? [];
    this.retryAfterMs = options.retryAfterMs;
    this.estimatedWaitMs = options.estimatedWaitMs;
    this.taskId = options.taskId;
  }
}

/** Any thrown value as an AppError; what we did not foresee becomes `internal` with the original as cause. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError('internal', error instanceof Error ? error.message : String(error), { cause: error });
}
