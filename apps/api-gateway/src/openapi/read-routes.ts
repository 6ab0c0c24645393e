import 'reflect-metadata';
import { type z } from 'zod';
import { type Scope } from '#contracts';
import { SCOPE, TOKEN_IN_QUERY } from '../caller.js';

/** A route as the code has it. */
export interface Route {
  readonly method: string;
  /** With `:name` where something is put in. */
  readonly path: string;
  /** Of a good answer. */
  readonly status: number;
  /** Null: whoever asks is answered. */
  readonly scope: Scope | null;
  readonly takesToken: boolean;
  readonly body?: z.ZodType | undefined;
  readonly query?: z.ZodType | undefined;
}

/** A class with decorated methods. */
export type Controller = abstract new (...args: never[]) => object;

/** What Nest's decorators write down, and how: in the order of its `RequestMethod` and `RouteParamtypes`. */
const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH'];
const BODY = '3:';
const QUERY = '4:';

/** Every HTTP route of some controllers, read from their decorators. */
export function readRoutes(controllers: readonly Controller[]): Route[] {
  return controllers.flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((name) => routeOf(controller, name) ?? []),
  );
}

export function keyOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method} ${path}`;
}

function routeOf(controller: Controller, name: string): Route | undefined {
  const handler = (controller.prototype as Record<string, unknown>)[name];
  const method = METHODS[read<number>('method', handler) ?? -1];
  if (method === undefined) return undefined;
  const base = read<string>('path', controller) ?? '';
  const schemas = schemasOf(controller, name);
  return {
    method,
    path: pathOf(base, read<string>('path', handler) ?? ''),
    status: read<number>('__httpCode__', handler) ?? (method === 'POST' ? 201 : 200),
    scope: read<unknown[]>('__guards__', controller) ? (read<Scope>(SCOPE, handler) ?? 'read') : null,
    takesToken: read<boolean>(TOKEN_IN_QUERY, handler) ?? read<boolean>(TOKEN_IN_QUERY, controller) ?? false,
    body: schemas(BODY),
    query: schemas(QUERY),
  };
}

function schemasOf(controller: Controller, name: string): (place: string) => z.ZodType | undefined {
  type Arguments = Readonly<Record<string, { readonly schema?: z.ZodType }>>;
  const all = (Reflect.getMetadata('__routeArguments__', controller, name) ?? {}) as Arguments;
  return (place) => Object.entries(all).find(([key]) => key.startsWith(place))?.[1].schema;
}

function pathOf(...parts: readonly string[]): string {
  const trimmed = parts.map((part) => part.replace(/^\/|\/$/g, ''));
  return `/${trimmed.filter((part) => part !== '').join('/')}`;
}

function read<T>(key: string, from: unknown): T | undefined {
  return typeof from === 'function' ? (Reflect.getMetadata(key, from) as T | undefined) : undefined;
}
