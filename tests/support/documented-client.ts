import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { createParser } from 'eventsource-parser';
import { type Answer, Client } from './client.js';
import { based, closed, type Json, TIME } from './closed-schema.js';

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

interface Operation {
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>;
}

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema: Json }>>;
}

export interface Call {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
}

/** A client that holds every answer against the document, fields that it does not name included. */
export class DocumentedClient extends Client {
  /** Operations that were answered well. */
  readonly answered = new Set<string>();
  readonly #document: Json;
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  constructor(url: string, headers: Readonly<Record<string, string>>, document: object) {
    super(url, headers);
    this.#document = closed(document) as Json;
    this.#ajv.addFormat('date-time', TIME);
    this.#ajv.addSchema({ ...this.#document, $id: 'openapi' });
  }

  get operations(): string[] {
    return Object.entries(this.#document['paths'] as Paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  /** `key` is one of `operations`. */
  async call(key: string, { path = {}, query = '', body }: Call = {}): Promise<Answer> {
    const [method, template] = key.split(' ') as [string, string];
    const filled = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name]!));
    const answer = await this.request(method, filled + query, body);
    this.check(key, answer);
    return answer;
  }

  /** @throws Error that says what of an answer the document does not know */
  check(key: string, { status, headers, body }: Answer): void {
    const { content = {} } = this.#response(key, status);
    const type = headers.get('content-type')?.split(';')[0];
    if (type === undefined && Object.keys(content).length > 0) throw new Error(`${key} answers nothing`);
    if (type !== undefined && !content[type]) throw new Error(`${key} answers ${status} with ${type}`);
    const schema = type === undefined ? undefined : content[type]!.schema;
    if (schema && type === 'text/event-stream') this.#checkEvents(key, schema, String(body));
    else if (schema && type!.endsWith('json'))
      this.#hold(key, this.#ajv.compile(based(schema, 'openapi')), body);
    if (status < 400) this.answered.add(key);
  }

  #response(key: string, status: number): Response {
    const [method, path] = key.split(' ') as [string, string];
    const operation = (this.#document['paths'] as Paths)[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`The document knows no ${key}`);
    const response = operation.responses[status];
    if (!response) throw new Error(`${key} answers ${status}`);
    return '$ref' in response ? (this.#at(response.$ref) as Response) : response;
  }

  #at(reference: string): unknown {
    const parts = reference.split('/').slice(1);
    return parts.reduce<unknown>((node, part) => (node as Json)[part], this.#document);
  }

  #checkEvents(key: string, schema: Json, text: string): void {
    const kinds = schema['x-events'] as Readonly<Record<string, Json>>;
    let seen = 0;
    const onEvent = ({ event = 'message', data }: { event?: string | undefined; data: string }) => {
      // The last word of a chat completion.
      if (data === '[DONE]') return;
      if (!kinds[event]) throw new Error(`${key} sends ${event}`);
      this.#hold(`${key} ${event}`, this.#ajv.compile(based(kinds[event], 'openapi')), JSON.parse(data));
      seen += 1;
    };
    createParser({ onEvent }).feed(text);
    if (seen === 0) throw new Error(`${key} sends nothing: ${text}`);
  }

  #hold(what: string, validate: ValidateFunction, value: unknown): void {
    if (validate(value)) return;
    const problems = this.#ajv.errorsText(validate.errors, { dataVar: '' });
    throw new Error(`${what}: ${problems}\n${JSON.stringify(value, null, 2)}`);
  }
}
