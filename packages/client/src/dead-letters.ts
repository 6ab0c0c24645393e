import {
  type DeadLetter,
  type DeadLetterPage,
  type ErrorCode,
  type Message,
  type Queries,
  type Redrive,
} from './api.generated.js';
import { type Http } from './http.js';
import { type CallOptions } from './options.js';

const PATH = '/api/v1/dead-letters';

export interface DeadLetterFilter {
  readonly priority?: Message['priority'];
  readonly code?: ErrorCode;
  readonly user_id?: string;
  readonly conversation_id?: string;
  readonly provider?: string;
  readonly older_than?: string | number;
  readonly newer_than?: string | number;
}

/** Messages that failed for good. */
export class DeadLetters {
  readonly #http: Http;

  constructor(http: Http) {
    this.#http = http;
  }

  list(query: Queries['listDeadLetters'] = {}, { signal }: CallOptions = {}): Promise<DeadLetterPage> {
    return this.#http.json({ path: PATH, query, signal });
  }

  get(id: string, { signal }: CallOptions = {}): Promise<DeadLetter & { readonly message: Message }> {
    return this.#http.json({ path: pathOf(id), signal });
  }

  /** The message waits again. */
  requeue(id: string, { signal }: CallOptions = {}): Promise<Message> {
    const path = `${pathOf(id)}/requeue`;
    return this.#http.json({ method: 'POST', path, repeatable: false, signal });
  }

  delete(id: string, { signal }: CallOptions = {}): Promise<Message> {
    return this.#http.json({ method: 'DELETE', path: pathOf(id), signal });
  }

  /** All that the filter means, so many a second; `redrive` tells how far it is. */
  requeueAll(
    body: { readonly filter?: DeadLetterFilter; readonly rate?: number } = {},
    { signal }: CallOptions = {},
  ): Promise<Redrive> {
    return this.#http.json({ method: 'POST', path: `${PATH}/requeue`, body, repeatable: false, signal });
  }

  redrive(id: string, { signal }: CallOptions = {}): Promise<Redrive> {
    return this.#http.json({ path: redrivePathOf(id), signal });
  }

  stopRedrive(id: string, { signal }: CallOptions = {}): Promise<Redrive> {
    return this.#http.json({ method: 'DELETE', path: redrivePathOf(id), signal });
  }
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}

function redrivePathOf(id: string): string {
  return `${PATH}/redrives/${encodeURIComponent(id)}`;
}
