import { type ArgumentMetadata, StandardSchemaValidationPipe } from '@nestjs/common';
import { AppError, type ErrorCode, type FieldProblem } from '#contracts';

/** Deeper JSON than this is refused before anything recursive sees it. */
const MAX_DEPTH = 64;

/** Fields whose problems have a code of their own. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  priority: 'invalid_priority',
  user_id: 'invalid_user_id',
  session_id: 'invalid_session_id',
};

interface Issue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  readonly code?: string;
  readonly keys?: readonly string[];
}

/** Checks bodies and queries against the schema in the route's decorator; says which field is wrong and why. */
export class ValidationPipe extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => validationError(issues as readonly Issue[]) });
  }

  override transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    if (!isFlat(value)) requireShallow(value);
    if (metadata.type === 'param') requireStorable(value, metadata.data ?? 'path');
    return super.transform(value, metadata) as Promise<T>;
  }

  /** Nothing is taken out of metadata unsaid: Fastify's parser has refused what could poison a prototype. */
  protected override stripProtoKeys(): void {}
}

/** What a schema found wrong as the error that names every field. */
export function validationError(issues: readonly Issue[]): AppError {
  const fields = issues.flatMap(toFields);
  const [first] = fields;
  return new AppError(
    codeOf(issues, fields),
    first ? `${first.field}: ${first.message}` : 'The request is not valid',
    {
      fields,
    },
  );
}

function toFields(issue: Issue): FieldProblem[] {
  const path = (issue.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  if (issue.keys)
    return issue.keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not a known field' }));
  return [{ field: path.join('.') || 'body', message: issue.message }];
}

/** A code of its own only where all that is wrong is that one field. */
function codeOf(issues: readonly Issue[], fields: readonly FieldProblem[]): ErrorCode {
  const [first] = fields;
  if (fields.length !== 1 || !first || issues[0]?.keys) return 'invalid_request';
  if (first.field === 'content') return contentCode(first.message);
  return CODES[first.field] ?? 'invalid_request';
}

function contentCode(message: string): ErrorCode {
  if (message.includes('empty')) return 'content_empty';
  return message.includes('at most') ? 'content_too_long' : 'invalid_request';
}

/** No id holds NUL, and Postgres does not even let one be asked for. */
function requireStorable(value: unknown, field: string): void {
  if (typeof value !== 'string' || !value.includes('\0')) return;
  throw new AppError('invalid_request', `${field}: must not contain NUL`, {
    fields: [{ field, message: 'must not contain NUL' }],
  });
}

/** Most bodies are, and are walked so without a list for each level. */
function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  for (const key in value) {
    const inner = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof inner === 'object' && inner !== null) return false;
  }
  return true;
}

/** Walks without recursion, so that depth cannot overflow the stack. */
function requireShallow(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH)
      throw new AppError('invalid_request', `The body is nested deeper than ${MAX_DEPTH} levels`);
    level = level.flatMap((node) => (typeof node === 'object' && node !== null ? Object.values(node) : []));
  }
}
