import { type AppError } from '#contracts';

/** What a provider said when it refused, without keys: the cause of our error, for logs and for decisions about its key. */
export interface UpstreamError {
  /** Null where it broke off an answer that had begun. */
  readonly status: number | null;
  readonly code: string | null;
  readonly type: string | null;
  readonly message: string;
}

/** Undefined: the provider has said nothing. */
export function upstreamErrorOf({ cause }: AppError): UpstreamError | undefined {
  return typeof cause === 'object' && cause !== null && 'status' in cause && 'type' in cause
    ? (cause as UpstreamError)
    : undefined;
}

/** How much of it is kept: enough to say what is wrong, too little to fill a log. */
const MAX_MESSAGE = 400;

/** The body of an answer that is an error, in any of the shapes that are about; what is no JSON is kept as text. */
export function readError(status: number, body: string): UpstreamError {
  try {
    return describe(status, JSON.parse(body));
  } catch {
    const text = body.slice(0, MAX_MESSAGE).replaceAll(/\s+/g, ' ').trim();
    return { status, code: null, type: null, message: withoutKeys(text) || 'no body' };
  }
}

/** `{error: {…}}` as OpenAI, Anthropic and most others have it, `{error: "…"}`, or the fields at the top. */
export function describe(status: number | null, body: unknown): UpstreamError {
  const error = isRecord(body) ? (body['error'] ?? body) : body;
  if (!isRecord(error)) return { status, code: null, type: null, message: messageOf(error) };
  return {
    status,
    code: wordOf(error['code']),
    type: wordOf(error['type']) ?? wordOf(error['status']),
    message: messageOf(error['message'] ?? error['detail'] ?? error['error']),
  };
}

/** What looks like a key; the caller takes out the one that it knows. */
function withoutKeys(text: string): string {
  return text.replaceAll(/\b(?:sk|pk|gsk|xai)[-_][\w*-]{6,}/g, '[redacted]');
}

function messageOf(value: unknown): string {
  return typeof value === 'string' && value !== '' ? withoutKeys(value).slice(0, MAX_MESSAGE) : 'no details';
}

function wordOf(value: unknown): string | null {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value.slice(0, 100) : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
