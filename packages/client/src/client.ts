import { type Message, type MessagePage, type NewMessage, type Queries } from './api.generated.js';
import { batchOf, type BatchOptions, type BatchOutcome } from './batch.js';
import { Conversations } from './conversations.js';
import { DeadLetters } from './dead-letters.js';
import { MessageFailedError } from './errors.js';
import { Http } from './http.js';
import { newKey } from './new-key.js';
import { type CallOptions, type LlmQueueOptions, type SendOptions } from './options.js';
import { backoffMs, pause } from './pause.js';
import { type StreamEvent, type StreamOptions, streamReply, textOf } from './stream.js';

/** A message as it is sent; the user may be that of the client. */
export type Outgoing = Omit<NewMessage, 'user_id'> & { readonly user_id?: string };

/** What `send` takes beside the text. */
export type MessageFields = Omit<Outgoing, 'content'>;

const PATH = '/api/v1/messages';
const FINAL: readonly string[] = ['completed', 'failed', 'timeout', 'cancelled'];

/** A client of one system, through any of its gateways. */
export class LlmQueue {
  readonly conversations: Conversations;
  readonly deadLetters: DeadLetters;
  readonly #http: Http;
  readonly #userId: string | undefined;

  constructor(options: LlmQueueOptions = {}) {
    this.#http = new Http(options);
    this.#userId = options.userId;
    this.conversations = new Conversations(this.#http, options.userId);
    this.deadLetters = new DeadLetters(this.#http);
  }

  /** Sends a message; it is on disk when this resolves. Sent twice by accident, it is there once. */
  async send(content: string, fields: MessageFields = {}, options: SendOptions = {}): Promise<Message> {
    const { idempotencyKey = newKey(), signal } = options;
    return this.#http.json({
      method: 'POST',
      path: PATH,
      body: this.#outgoing({ ...fields, content }),
      headers: { 'idempotency-key': idempotencyKey },
      signal,
    });
  }

  /**
   * The text of the answer.
   * @throws MessageFailedError when the message ends otherwise than well
   */
  async ask(content: string, fields: MessageFields = {}, options: SendOptions = {}): Promise<string> {
    const { id } = await this.send(content, fields, options);
    const message = await this.wait(id, options);
    if (message.status !== 'completed') throw new MessageFailedError(message);
    return message.reply?.content ?? '';
  }

  /** The events of a reply, from its beginning or after `after`, each once; broken connections are made anew. */
  stream(id: string, options: StreamOptions = {}): AsyncGenerator<StreamEvent> {
    return streamReply(this.#http, id, options);
  }

  /** The text so far, again and again, to the end of the reply. */
  text(id: string, options: CallOptions = {}): AsyncGenerator<string> {
    return textOf(streamReply(this.#http, id, options));
  }

  /** The message once it has ended, however it did. */
  async wait(id: string, { signal }: CallOptions = {}): Promise<Message> {
    for (let tries = 1; ; tries += 1) {
      for await (const event of streamReply(this.#http, id, { signal })) if (event.type === 'end') break;
      const message = await this.get(id, { signal });
      if (FINAL.includes(message.status)) return message;
      // Somebody has requeued it just now.
      await pause(backoffMs(tries), signal);
    }
  }

  get(id: string, { signal }: CallOptions = {}): Promise<Message> {
    return this.#http.json({ path: pathOf(id), signal });
  }

  list(query: Queries['listMessages'] = {}, { signal }: CallOptions = {}): Promise<MessagePage> {
    return this.#http.json({ path: PATH, query, signal });
  }

  /** @throws ApiError message_finished */
  cancel(id: string, { signal }: CallOptions = {}): Promise<Message> {
    return this.#http.json({ method: 'DELETE', path: pathOf(id), signal });
  }

  changePriority(id: string, priority: Message['priority'], { signal }: CallOptions = {}): Promise<Message> {
    return this.#http.json({ method: 'PATCH', path: pathOf(id), body: { priority }, signal });
  }

  /** Sends many messages and waits until all have ended. What was refused does not keep the others from running. */
  batch(messages: readonly (Outgoing | string)[], options: BatchOptions = {}): Promise<BatchOutcome[]> {
    const all = messages.map((message) =>
      this.#outgoing(typeof message === 'string' ? { content: message } : message),
    );
    return batchOf(this.#http, (id, signal) => this.wait(id, { signal }), all, options);
  }

  #outgoing(message: Outgoing): NewMessage {
    const userId = message.user_id ?? this.#userId;
    if (userId === undefined)
      throw new TypeError('Say whom the message is for: `user_id`, or `userId` of the client');
    return { ...message, user_id: userId };
  }
}

function pathOf(id: string): string {
  return `${PATH}/${encodeURIComponent(id)}`;
}
