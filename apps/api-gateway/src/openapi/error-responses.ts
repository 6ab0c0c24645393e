import { type ErrorCode, errorRow } from '#contracts';
import { problem } from './answers/common.js';
import { type JsonSchema, type SchemaBook } from './schema-book.js';
import { type Operation } from './operation.js';
import { type Route } from './read-routes.js';

/** More codes than this make no name. */
const MOST_IN_NAME = 3;

/** Answers of operations that fail, each written once however many have it. */
export class ErrorResponses {
  readonly #all = new Map<string, object>();
  readonly #names = new Map<string, string>();

  constructor(private readonly schemas: SchemaBook) {}

  get components(): Record<string, object> {
    return Object.fromEntries([...this.#all].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** By status. */
  of(route: Route, operation: Operation): Record<string, object> {
    const byStatus = Map.groupBy(codesOf(route, operation), (code) => errorRow(code).status);
    const all = [...byStatus].map(([status, codes]) => {
      const many = `${pascal(operation.id)}${status}`;
      return [
        status,
        this.#reference(codes, codes.length > MOST_IN_NAME ? many : codes.map(pascal).join('Or')),
      ];
    });
    return Object.fromEntries(all) as Record<string, object>;
  }

  /** `name`: if it is the first of its kind. */
  #reference(codes: readonly ErrorCode[], name: string): object {
    const kind = codes.join();
    const known = this.#names.get(kind) ?? name;
    this.#names.set(kind, known);
    if (!this.#all.has(known)) this.#all.set(known, this.#response(codes));
    return { $ref: `#/components/responses/${known}` };
  }

  #response(codes: readonly ErrorCode[]): object {
    const lines = codes.map((code) => `\`${code}\`: ${errorRow(code).title}`);
    const schema: JsonSchema = {
      allOf: [this.schemas.answer(problem), { type: 'object', properties: { code: { enum: codes } } }],
    };
    const isLater = codes.some((code) => errorRow(code).retryable);
    return {
      description: `${lines.join('. ')}.`,
      ...(isLater && { headers: { 'retry-after': { $ref: '#/components/headers/retry-after' } } }),
      content: { 'application/problem+json': { schema } },
    };
  }
}

/** In the order of the alphabet, each once. */
function codesOf(route: Route, { errors = [], body, takes }: Operation): ErrorCode[] {
  const { path, method } = route;
  const hasBody = route.body !== undefined || body !== undefined;
  const hasInput = hasBody || route.query !== undefined || path.includes(':') || takes !== undefined;
  const isCounted = /^\/(api|sse)\//.test(path) && path !== '/api/v1/health';
  const all: ErrorCode[] = [
    ...errors,
    ...(hasInput ? (['invalid_request'] as const) : []),
    ...(hasBody || ['POST', 'PUT', 'PATCH'].includes(method)
      ? (['payload_too_large', 'unsupported_media_type', 'request_timeout'] as const)
      : []),
    ...(route.scope === null
      ? []
      : (['unauthorized', 'forbidden', 'host_not_allowed', 'database_unavailable', 'internal'] as const)),
    ...(isCounted ? (['rate_limited'] as const) : []),
  ];
  return [...new Set(all)].toSorted();
}

function pascal(code: string): string {
  return code.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}
