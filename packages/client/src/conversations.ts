import {
  type Conversation,
  type ConversationPage,
  type Message,
  type NewTurn,
  type Queries,
} from './api.generated.js';
import { type Http } from './http.js';
import { newKey } from './new-key.js';
import { type CallOptions, type SendOptions } from './options.js';

const PATH = '/api/v1/conversations';

export interface ConversationFields {
  readonly user_id?: string;
  readonly title?: string;
  readonly context?: string;
  readonly priority?: Message['priority'];
  readonly on_failure?: Conversation['on_failure'];
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export type ConversationChange = Omit<ConversationFields, 'user_id'> & {
  readonly state?: Conversation['state'];
};

/** Ordered messages with context. */
export class Conversations {
  readonly #http: Http;
  readonly #userId: string | undefined;

  constructor(http: Http, userId: string | undefined) {
    this.#http = http;
    this.#userId = userId;
  }

  /** Not sent again when the connection breaks: there might be two then. */
  create(fields: ConversationFields = {}, { signal }: CallOptions = {}): Promise<Conversation> {
    const body = { user_id: this.#userId, ...fields };
    return this.#http.json({ method: 'POST', path: PATH, body, repeatable: false, signal });
  }

  get(id: string, { signal }: CallOptions = {}): Promise<Conversation> {
    return this.#http.json({ path: pathOf(id), signal });
  }

  list(query: Queries['listConversations'] = {}, { signal }: CallOptions = {}): Promise<ConversationPage> {
    return this.#http.json({ path: PATH, query, signal });
  }

  update(id: string, body: ConversationChange, { signal }: CallOptions = {}): Promise<Conversation> {
    return this.#http.json({ method: 'PUT', path: pathOf(id), body, signal });
  }

  /** The next turn. */
  send(
    id: string,
    content: string,
    fields: Omit<NewTurn, 'content'> = {},
    { idempotencyKey = newKey(), signal }: SendOptions = {},
  ): Promise<Message> {
    const headers = { 'idempotency-key': idempotencyKey };
    const body = { ...fields, content };
    return this.#http.json({ method: 'POST', path: `${pathOf(id)}/messages`, body, headers, signal });
  }
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
