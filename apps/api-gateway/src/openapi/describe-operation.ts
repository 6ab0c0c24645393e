import { type z } from 'zod';
import { problem } from './answers/common.js';
import { type ErrorResponses } from './error-responses.js';
import {
  type Answer,
  type Group,
  HEADERS,
  type Operation,
  type OtherBody,
  REQUEST_HEADERS,
} from './operation.js';
import { type Route } from './read-routes.js';
import { type JsonSchema, type SchemaBook } from './schema-book.js';

interface Described {
  readonly description: string;
  readonly content?: object;
}

/** One operation as OpenAPI has it. */
export class DescribeOperation {
  constructor(
    private readonly schemas: SchemaBook,
    private readonly errors: ErrorResponses,
  ) {}

  run(route: Route, operation: Operation, group: Group): object {
    const { id, summary, text, deprecated } = operation;
    const description = [text, route.scope && `Needs the scope \`${route.scope}\`.`]
      .filter(Boolean)
      .join('\n\n');
    const parameters = this.#parameters(route, operation, group);
    const requestBody = this.#body(route, operation);
    return {
      tags: [group.tag],
      operationId: id,
      summary,
      ...(description !== '' && { description }),
      ...(deprecated && { deprecated }),
      ...(parameters.length > 0 && { parameters }),
      ...(requestBody && { requestBody }),
      responses: { ...this.#answers(route, operation) },
      security: securityOf(route),
    };
  }

  #parameters(route: Route, { takes = [] }: Operation, { params }: Group): object[] {
    const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => {
      const description = params[name!];
      if (description === undefined) throw new Error(`Nobody says what :${name} of ${route.path} means`);
      return { name, in: 'path', required: true, description, schema: { type: 'string' } };
    });
    const headers = takes.map((name) => ({
      name,
      in: 'header',
      description: REQUEST_HEADERS[name],
      schema: { type: 'string' },
    }));
    return [...inPath, ...this.#query(route.query), ...headers];
  }

  #query(schema: z.ZodType | undefined): object[] {
    if (!schema) return [];
    const { properties = {}, required = [] } = this.schemas.request(schema) as {
      readonly properties?: Record<string, JsonSchema>;
      readonly required?: readonly string[];
    };
    return Object.entries(properties).map(([name, { description, ...rest }]) => ({
      name,
      in: 'query',
      ...(required.includes(name) && { required: true }),
      ...(description !== undefined && { description }),
      schema: rest,
    }));
  }

  #body({ body: checked }: Route, { body = checked, example }: Operation): object | undefined {
    if (!body) return undefined;
    const schema = this.schemas.request(body);
    return {
      required: checked ? !checked.safeParse(undefined).success : true,
      content: { 'application/json': { schema, ...(example && { example }) } },
    };
  }

  #answers(route: Route, operation: Operation): Record<string, object> {
    const { answer, also, status = route.status, others = {}, headers = [] } = operation;
    const told = Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
    const described = this.#answer(answer);
    const content = { ...described.content, ...(also && this.#other(also).content) };
    const good = {
      ...described,
      ...(Object.keys(content).length > 0 && { content }),
      ...(headers.length > 0 && { headers: told }),
    };
    const failed = this.errors.of(route, operation);
    const more = Object.entries(others).map(([code, other]) => [code, this.#either(other, code in failed)]);
    return { [status]: good, ...failed, ...(Object.fromEntries(more) as Record<string, object>) };
  }

  /** A status that some failures have, too, may also come with a problem. */
  #either(answer: Answer, isFailure: boolean): object {
    const described = this.#answer(answer);
    if (!isFailure) return described;
    const schema = this.schemas.answer(problem);
    return { ...described, content: { ...described.content, 'application/problem+json': { schema } } };
  }

  #answer(answer: Answer): Described {
    if (answer === null) return { description: 'Nothing more to say.' };
    if (isOther(answer)) return this.#other(answer);
    return {
      description: 'As asked for.',
      content: { 'application/json': { schema: this.schemas.answer(answer) } },
    };
  }

  #other({ type, text, events = {} }: OtherBody): Described {
    const kinds = Object.entries(events).map(([name, data]) => [name, this.schemas.answer(data)]);
    const schema = {
      type: 'string',
      ...(kinds.length > 0 && { 'x-events': Object.fromEntries(kinds) as object }),
    };
    return { description: text, content: { [type]: { schema } } };
  }
}

function isOther(answer: NonNullable<Answer>): answer is OtherBody {
  return 'type' in answer && 'text' in answer && typeof answer.text === 'string';
}

/** Any one of these; none is needed while no keys are configured. */
function securityOf({ scope, takesToken }: Route): object[] {
  if (scope === null) return [];
  return [{ bearer: [] }, { apiKey: [] }, ...(takesToken ? [{ token: [] }] : [])];
}

export const COMPONENT_HEADERS = {
  ...Object.fromEntries(
    Object.entries(HEADERS).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  ),
  'retry-after': { description: 'In how many seconds to try again.', schema: { type: 'integer' } },
};
