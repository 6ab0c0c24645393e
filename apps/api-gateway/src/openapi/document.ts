import { VERSION } from '#runtime';
import { COMPONENT_HEADERS, DescribeOperation } from './describe-operation.js';
import { ErrorResponses } from './error-responses.js';
import { type Group, type Operation } from './operation.js';
import { CONVERSATIONS } from './operations/conversations.js';
import { DEAD_LETTERS } from './operations/dead-letters.js';
import { MESSAGES } from './operations/messages.js';
import { PRIORITY_RULES, QUEUES, SCHEDULER } from './operations/operators.js';
import { NUMBERS, PROVIDERS } from './operations/providers.js';
import { ENDPOINTS, RESOURCES } from './operations/resources.js';
import { SESSIONS } from './operations/sessions.js';
import { OPENAI } from './operations/openai.js';
import { CHAT, SYSTEM } from './operations/system.js';
import { TASKS, WEBHOOKS } from './operations/tasks.js';
import { isOutside } from './outside.js';
import { type Controller, keyOf, readRoutes, type Route } from './read-routes.js';
import { SchemaBook } from './schema-book.js';

/** In the order of the page. */
const GROUPS: readonly Group[] = [
  MESSAGES,
  OPENAI,
  CONVERSATIONS,
  SESSIONS,
  TASKS,
  WEBHOOKS,
  DEAD_LETTERS,
  QUEUES,
  SCHEDULER,
  PRIORITY_RULES,
  PROVIDERS,
  ENDPOINTS,
  RESOURCES,
  NUMBERS,
  CHAT,
  SYSTEM,
];

/** Routes that no controller has. */
const DIRECT: readonly Route[] = [
  { method: 'POST', path: '/api/chat', status: 200, scope: 'write', takesToken: true },
];

const INTRODUCTION = `JSON over HTTP. A message that was accepted is on disk; its reply can be waited for, streamed from any point on, and read later.

Failures are problem documents (RFC 9457), below \`/v1\` OpenAI's error objects: decide by \`code\`. Where API keys are configured, send one as \`Authorization: Bearer …\` or \`X-API-Key: …\`; without, none is needed.

Every answer has an \`x-request-id\`, and where there are limits \`x-ratelimit-limit-requests\`, \`x-ratelimit-remaining-requests\` and \`x-ratelimit-reset-requests\`. Every GET answers HEAD, too.`;

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same, under another name.' },
  token: { type: 'apiKey', in: 'query', name: 'token', description: 'For clients that can send no headers.' },
};

export type Document = Readonly<Record<string, unknown>> & {
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
};

/**
 * The REST surface as OpenAPI 3.1: routes, parameters and bodies are read from the controllers, words and answers
 * from the groups.
 * @throws Error for a route of which no group tells, and for an operation without a route
 */
export function openApiDocument(controllers: readonly Controller[]): Document {
  const inside = readRoutes(controllers).filter((route) => !isOutside(keyOf(route)));
  const routes = [...inside, ...DIRECT];
  const schemas = new SchemaBook();
  const errors = new ErrorResponses(schemas);
  const paths = pathsOf(entriesOf(routes), new DescribeOperation(schemas, errors));
  return {
    openapi: '3.1.1',
    info: {
      title: 'LLM Message Queue',
      version: VERSION,
      description: INTRODUCTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'Where this document comes from.' }],
    tags: GROUPS.map(({ tag, text }) => ({ name: tag, description: text })),
    paths,
    components: {
      schemas: schemas.components,
      responses: errors.components,
      headers: COMPONENT_HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
}

interface Entry {
  readonly route: Route;
  readonly operation: Operation;
  readonly group: Group;
}

/** In the order of the groups. */
function entriesOf(routes: readonly Route[]): Entry[] {
  const byKey = new Map(routes.map((route) => [keyOf(route), route]));
  const entries = GROUPS.flatMap((group) =>
    Object.entries(group.operations).map(([key, operation]) => {
      const route = byKey.get(key);
      if (!route) throw new Error(`${key} is described, and is no route`);
      byKey.delete(key);
      return { route, operation, group };
    }),
  );
  if (byKey.size > 0) throw new Error(`Nobody describes ${[...byKey.keys()].join(', ')}`);
  return entries;
}

function pathsOf(entries: readonly Entry[], describe: DescribeOperation): Document['paths'] {
  const paths: Record<string, Record<string, object>> = {};
  for (const { route, operation, group } of entries) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    (paths[path] ??= {})[route.method.toLowerCase()] = describe.run(route, operation, group);
  }
  return paths;
}
