import { AppError, type ErrorCode, errorRow } from '#contracts';

/** A failed request as OpenAI's clients read it. */
export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    /** The field that is wrong, where it is one: `messages[0].content`. */
    readonly param: string | null;
    readonly code: string;
  };
}

/** Whether a request goes where OpenAI's clients do. */
export function speaksOpenAi(url: string): boolean {
  return /^\/v1(?:[/?]|$)/.test(url);
}

/** Codes on which their clients, and what is built on them, decide; all others are ours. */
const CODES: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthorized: 'invalid_api_key',
  model_unknown: 'model_not_found',
  route_not_found: 'unknown_url',
  rate_limited: 'rate_limit_exceeded',
  budget_exhausted: 'insufficient_quota',
  provider_quota_exhausted: 'insufficient_quota',
  content_too_long: 'context_length_exceeded',
};

/** Where their status is another one. */
const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = { model_unknown: 404, no_target: 400 };

/** What is checked under another name than the client gave it. */
const PARAMS: Readonly<Partial<Record<ErrorCode, string>>> = {
  content_too_long: 'messages',
  no_target: 'model',
};

export function openAiStatus(code: ErrorCode): number {
  return STATUSES[code] ?? errorRow(code).status;
}

export function toOpenAiError(error: AppError): OpenAiError {
  const { code } = error;
  const status = openAiStatus(code);
  return {
    error: {
      message: messageOf(error),
      type: typeOf(code, status),
      param: PARAMS[code] ?? paramOf(error, status),
      code: CODES[code] ?? code,
    },
  };
}

function messageOf({ code, message }: AppError): string {
  // What broke inside is for the log, not for the client.
  if (code === 'internal') return errorRow(code).title;
  if (code !== 'route_not_found') return message;
  return `${message}; below /v1 there are chat/completions and models`;
}

function typeOf(code: ErrorCode, status: number): string {
  if (CODES[code] === 'insufficient_quota') return 'insufficient_quota';
  if (status === 429) return 'rate_limit_error';
  if (status === 403) return 'permission_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}

function paramOf({ fields }: AppError, status: number): string | null {
  const [first] = fields;
  if (!first || status >= 500 || first.field === 'body') return null;
  return first.field.replaceAll(/\.(\d+)/g, '[$1]');
}
