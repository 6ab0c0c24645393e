import { z } from 'zod';
import { type Client, CommandError, maySee, type Procedure, type Procedures } from '#centrifuge';
import { type QueueSettings } from '#config';
import { AppError, listMessagesSchema, type Message } from '#contracts';
import { type Conversations } from '#conversations';
import { type MessageReader } from '#ledger';
import { validationError } from '#runtime';
import { type CancelMessage, type QueuePlaces } from '#walk';
import { messageView, pageView, placeView } from '../message.view.js';
import { type QueueOverview } from '../queue-overview.js';
import { queueStatusView } from '../queue-status.view.js';

const idField = z.string().regex(/^[\w.-]{1,64}$/, 'must be the id of a message or of a conversation');
const idSchema = z.strictObject({ id: idField });
const historySchema = listMessagesSchema
  .pick({ limit: true, after: true, order: true })
  .extend({ id: idField });

export const METHODS = ['message.get', 'message.cancel', 'conversation.history', 'queue.status'] as const;

/** What clients of the Centrifuge protocol may call: the same answers as over HTTP. */
export class Rpc {
  readonly procedures: Procedures = new Map(
    Object.entries({
      'message.get': (client, data) => this.#get(client, parse(idSchema, data).id),
      'message.cancel': (client, data) => this.#cancel(client, parse(idSchema, data).id),
      'conversation.history': (client, data) => this.#history(client, parse(historySchema, data)),
      'queue.status': (client) => this.#status(client),
    } satisfies Record<(typeof METHODS)[number], Procedure>),
  );

  constructor(
    private readonly messages: MessageReader,
    private readonly places: QueuePlaces,
    private readonly canceller: CancelMessage,
    private readonly conversations: Conversations,
    private readonly overview: QueueOverview,
    private readonly settings: QueueSettings,
  ) {}

  async #get(client: Client, id: string) {
    const message = await this.#seen(client, id);
    const place = await this.places.of(message);
    return { ...messageView(message), ...(place && { queue: placeView(place) }) };
  }

  async #cancel(client: Client, id: string) {
    if (!client.caller.scopes.includes('write')) throw new CommandError('permission_denied');
    await this.#seen(client, id);
    return messageView(await this.canceller.run(client.caller.tenantId, id));
  }

  async #history(client: Client, { id, ...page }: z.output<typeof historySchema>) {
    requireRead(client);
    const { tenantId } = client.caller;
    const { userId } = await this.conversations.get(tenantId, id);
    if (!maySee(client, userId))
      throw new AppError('conversation_not_found', `There is no conversation ${id}`);
    const request = { ...listMessagesSchema.parse({}), ...page, conversation_id: id };
    return pageView('messages', await this.messages.list(tenantId, request), messageView);
  }

  /** It tells of the whole system, so it is for who has a key. */
  async #status(client: Client) {
    requireRead(client);
    if (client.reach !== 'tenant') throw new CommandError('permission_denied');
    return queueStatusView(await this.overview.status(client.caller.tenantId), this.settings.value.bands);
  }

  async #seen(client: Client, id: string): Promise<Message> {
    requireRead(client);
    const message = await this.messages.get(client.caller.tenantId, id);
    if (!maySee(client, message.userId)) throw new AppError('message_not_found', `There is no message ${id}`);
    return message;
  }
}

function requireRead({ caller }: Client): void {
  if (!caller.scopes.includes('read')) throw new CommandError('permission_denied');
}

/** @throws AppError invalid_request */
function parse<S extends z.ZodType>(schema: S, data: unknown): z.output<S> {
  const parsed = schema.safeParse(data ?? {});
  if (!parsed.success) throw validationError(parsed.error.issues);
  return parsed.data;
}
