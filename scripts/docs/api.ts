import 'reflect-metadata';
import { ApiGatewayModule } from '#apps/api-gateway';
import { SystemController } from '#runtime';
import { asyncApiDocument } from '../../apps/api-gateway/src/openapi/async/document.js';
import { openApiDocument } from '../../apps/api-gateway/src/openapi/document.js';
import { type Controller } from '../../apps/api-gateway/src/openapi/read-routes.js';

/** `docs/openapi.json`: the REST surface of a gateway. */
export function openApi(): string {
  return pretty(openApiDocument([...controllersOf(ApiGatewayModule), SystemController]));
}

/** `docs/asyncapi.json`: everything that is not request and answer. */
export function asyncApi(): string {
  return pretty(asyncApiDocument());
}

/** Those of a module and of all that it imports, each once. */
function controllersOf(module: object, seen = new Set<unknown>()): Controller[] {
  if (seen.has(module)) return [];
  seen.add(module);
  const read = (key: string) => (Reflect.getMetadata(key, module) ?? []) as object[];
  const inherited = read('imports').flatMap((imported) => controllersOf(imported, seen));
  return [...new Set([...(read('controllers') as unknown as Controller[]), ...inherited])];
}

function pretty(document: object): string {
  return `${JSON.stringify(document, null, 2)}\n`;
}
