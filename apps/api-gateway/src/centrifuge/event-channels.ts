import {
  ChannelSource,
  type Client,
  CommandError,
  Mailbox,
  maySee,
  type Opened,
  type Publication,
  publicationOf,
  type SubscribeAsk,
} from '#centrifuge';
import { type Message, messageIdOf, type News, taskTopic, type Topic } from '#contracts';
import { type Conversations } from '#conversations';
import { type MessageReader } from '#ledger';
import { type NewsLine } from '#streaming';
import { conversationView } from '../conversation.view.js';
import { taskView } from '../tasks/task.view.js';

const CHANNEL = /^(conversations|tasks|user):(.*)$/s;
const CONVERSATION_ID = /^[\w.-]{1,64}$/;

/** What a channel is about. */
interface Subject {
  readonly topic: Topic;
  readonly isTask: boolean;
  /** How it is now; nothing of a user. @throws CommandError unknown_channel; AppError */
  readonly state: () => Promise<object | undefined>;
}

/**
 * What happens to messages and conversations: `conversations:<id>`, `tasks:<id>` and `user:<id>`. Nothing of it is kept, so
 * nothing can be recovered: the answer to a subscription says how things stand, and what comes behind it is what happens
 * from then on.
 */
export class EventChannels extends ChannelSource {
  constructor(
    private readonly news: NewsLine,
    private readonly messages: MessageReader,
    private readonly conversations: Conversations,
  ) {
    super();
  }

  owns(channel: string): boolean {
    return CHANNEL.test(channel);
  }

  async open(client: Client, { channel }: SubscribeAsk, signal: AbortSignal): Promise<Opened> {
    if (!client.caller.scopes.includes('read') || client.reach === 'none')
      throw new CommandError('permission_denied');
    const { topic, isTask, state } = this.#subjectOf(client, channel);
    const mailbox = new Mailbox(signal);
    const listening = this.news.listen(client.caller.tenantId, topic, {
      told: (news) => mailbox.push(isTask ? asTask(news) : asEvent(news)),
      missed: () => mailbox.gap(),
    });
    try {
      await listening.ready();
      return {
        offset: 0,
        epoch: '',
        recoverable: false,
        recovered: false,
        // After it was begun to listen, so that nothing lies between the two.
        data: await state(),
        publications: [],
        live: mailbox.batches(),
        close: () => Promise.resolve(listening.stop()),
      };
    } catch (error) {
      listening.stop();
      throw error;
    }
  }

  #subjectOf(client: Client, channel: string): Subject {
    const [, kind, id = ''] = CHANNEL.exec(channel) ?? [];
    if (kind === 'tasks') return this.#task(client, messageIdOf(id));
    if (kind === 'conversations') return this.#conversation(client, id);
    if (id === '') throw new CommandError('unknown_channel');
    if (!maySee(client, id)) throw new CommandError('permission_denied');
    return { topic: `user:${id}`, isTask: false, state: () => Promise.resolve(undefined) };
  }

  #task(client: Client, messageId: string | undefined): Subject {
    if (messageId === undefined) throw new CommandError('unknown_channel');
    return {
      topic: taskTopic(messageId),
      isTask: true,
      state: async () => taskView(visible(client, await this.#taskMessage(client, messageId))),
    };
  }

  /** Of a message without a type nothing is ever told in the words of tasks. */
  async #taskMessage({ caller }: Client, id: string): Promise<Message> {
    const message = await this.messages.get(caller.tenantId, id);
    if (message.options?.task_type === undefined) throw new CommandError('unknown_channel');
    return message;
  }

  #conversation(client: Client, id: string): Subject {
    if (!CONVERSATION_ID.test(id)) throw new CommandError('unknown_channel');
    const find = () => this.conversations.get(client.caller.tenantId, id);
    return {
      topic: `conversations:${id}`,
      isTask: false,
      state: async () => conversationView(visible(client, await find())),
    };
  }
}

/** What belongs to somebody else is not there for a client. */
function visible<T extends { readonly userId: string }>(client: Client, subject: T): T {
  if (!maySee(client, subject.userId)) throw new CommandError('unknown_channel');
  return subject;
}

/** Made once, however many are told. */
const events = new WeakMap<News, Publication>();
const tasks = new WeakMap<News, Publication>();

function asEvent(news: News): Publication {
  return once(events, news, news.event);
}

function asTask(news: News): Publication {
  return once(tasks, news, news.task);
}

function once(made: WeakMap<News, Publication>, news: News, data: unknown): Publication {
  let publication = made.get(news);
  if (!publication) {
    publication = publicationOf(JSON.stringify({ data }), 0);
    made.set(news, publication);
  }
  return publication;
}
