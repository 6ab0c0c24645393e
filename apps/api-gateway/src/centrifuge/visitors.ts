import { type IncomingHttpHeaders } from 'node:http';
import { type Visitor } from '#centrifuge';
import { type AuthSettings, type HttpSettings } from '#config';
import { type Caller, type Scope } from '#contracts';
import { Callers } from '../callers.js';

/** What is known of a request by its head. */
interface Head {
  readonly headers: IncomingHttpHeaders;
  readonly url?: string | undefined;
}

/** Who comes by a door for browsers, which send no headers with a WebSocket or an EventSource: keys may be in the query. */
export class Visitors {
  readonly #callers: Callers;

  constructor(auth: AuthSettings, http: HttpSettings) {
    this.#callers = new Callers(auth, http);
  }

  /** Who has no valid key may still name one later. @throws AppError host_not_allowed */
  of({ headers, url }: Head): Visitor {
    const { host } = headers;
    return {
      caller: this.#callers.find({ headers }, tokenIn(url)),
      callerOf: (key) => this.#callers.find({ headers: { host } }, key),
    };
  }

  /** @throws AppError host_not_allowed, unauthorized, forbidden */
  callerOf({ headers, url }: Head, scope: Scope): Caller {
    return this.#callers.of({ headers }, scope, tokenIn(url));
  }
}

function tokenIn(url = ''): string | undefined {
  return new URLSearchParams(url.split('?')[1] ?? '').get('token') ?? undefined;
}
