import { type ErrorCode, errorRow } from '#contracts';
import { openAiStatus, speaksOpenAi } from '#runtime';
import { problem } from './answers/common.js';
import { openAiError } from './answers/completion.js';
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
    const openAi = speaksOpenAi(route.path);
    const statusOf = (code: ErrorCode) => (openAi ? openAiStatus(code) : errorRow(code).status);
    const byStatus = Map.groupBy(codesOf(route, operation), statusOf);
    const all = [...byStatus].map(([status, codes]) => {
      const many = `${pascal(operation.id)}${status}`;
      const name = codes.length > MOST_IN_NAME ? many : codes.map(pascal).join('Or');
      return [status, this.#reference(codes, openAi ? `OpenAi${name}` : name, openAi)];
    });
    return Object.fromEntries(all) as Record<string, object>;
  }

  /** `name`: if it is the first of its kind. */
  #reference(codes: readonly ErrorCode[], name: string, openAi: boolean): object {
    const kind = `${openAi}:${codes.join()}`;
    const known = this.#names.get(kind) ?? name;
    this.#names.set(kind, known);
    if (!this.#all.has(known)) this.#all.set(known, this.#response(codes, openAi));
    return { $ref: `#/components/responses/${known}` };
  }

  #response(codes: readonly ErrorCode[], openAi: boolean): object {
    const lines = codes.map((code) => `\`${code}\`: ${errorRow(code).title}`);
    const isLater = codes.some((code) => errorRow(code).retryable);
    return {
      description: `${lines.join('. ')}.`,
      ...(isLater && { headers: { 'retry-after': { $ref: '#/components/headers/retry-after' } } }),
      content: openAi
        ? { 'application/json': { schema: this.schemas.answer(openAiError) } }
        : { 'application/problem+json': { schema: this.#problem(codes) } },
    };
  }

  #problem(codes: readonly ErrorCode[]): JsonSchema {
    return {
      allOf: [this.schemas.answer(problem), { type: 'object', properties: { code: { enum: codes } } }],
    };
  }
}

/** In the order of the alphabet, each once. */
function codesOf(route: Route, { errors = [], body, takes }: Operation): ErrorCode[] {
  const { path, method } = route;
  const hasBody = route.body !== undefined || body !== undefined;
  const hasInput = hasBody || route.query !== undefined || path.includes(':') || takes !== undefined;
  const isCounted = /^\/(api|v1|sse)\//.test(path) && path !== '/api/v1/health';
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
