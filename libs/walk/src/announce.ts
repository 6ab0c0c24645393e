import {
  type Conversation,
  type ConversationNews,
  type Failure,
  type FinalStatus,
  type Message,
  type MessageNews,
  type MessageStatus,
  type TaskEvent,
  taskEventOf,
  type TaskNews,
} from '#contracts';
import { type EndedMessage } from '#ledger';
import { type NewsLine } from '#streaming';

/** How often it is looked how far a running task is. */
const PROGRESS_EVERY_MS = 1_000;

export interface Ended {
  readonly status: FinalStatus;
  readonly failure?: Failure | undefined;
  readonly reply?: TaskNews['reply'];
}

type Told = Omit<TaskNews, 'messageId' | 'at' | 'progress'> & { readonly progress?: number };

/** Tells whoever listens what becomes of messages; of those that are tasks, in the words of tasks too. */
export class Announce {
  constructor(private readonly news: NewsLine) {}

  accepted(message: EndedMessage & Pick<Message, 'status'>): void {
    this.#publish(message, eventOf(message, 'message.accepted', message.status));
  }

  /** That it has started, and of a task how far it is from then on, until what this answers with is called. */
  follow(message: Message, progress: () => number): () => void {
    if (message.attempt === message.attemptsBefore + 1) this.started(message);
    if (!isTask(message)) return () => undefined;
    let last = 0;
    const timer = setInterval(() => {
      const now = progress();
      if (now > last) this.#tell(message, { type: 'progress', status: 'processing', progress: now });
      last = now;
    }, PROGRESS_EVERY_MS);
    return () => clearInterval(timer);
  }

  started(message: EndedMessage): void {
    this.#tell(message, { type: 'started', status: 'processing' });
  }

  retrying(message: Message): void {
    this.#tell(message, { type: 'progress', status: 'retrying' });
  }

  ended(
    message: EndedMessage & { readonly startedAt?: Date | null },
    { status, failure, reply }: Ended,
  ): void {
    const type = status === 'completed' ? 'completed' : 'failed';
    const { startedAt } = message;
    const durationMs = startedAt ? Date.now() - startedAt.getTime() : undefined;
    this.#tell(message, {
      type,
      status,
      failure: failure ?? null,
      reply: type === 'completed' ? (reply ?? null) : null,
      durationMs,
    });
  }

  conversation({ tenantId, id, userId, state, title }: Conversation, type: ConversationNews['type']): void {
    const timestamp = new Date().toISOString();
    const event = { type, conversation_id: id, user_id: userId, state, title, timestamp };
    this.news.publish(tenantId, { event });
  }

  #tell(message: EndedMessage, told: Told): void {
    const task = isTask(message)
      ? taskEventOf({ progress: 0, ...told, messageId: message.id, at: new Date() })
      : undefined;
    const type = typeOf(told);
    const event = eventOf(message, type, told.status, told.failure);
    const { progress = 0 } = told;
    this.#publish(message, type === 'message.progress' ? { ...event, progress } : event, task);
  }

  #publish({ tenantId }: EndedMessage, event: MessageNews, task?: TaskEvent): void {
    this.news.publish(tenantId, { event, ...(task && { task }) });
  }
}

function isTask({ options }: EndedMessage): boolean {
  return options?.task_type !== undefined;
}

function typeOf({ type, status }: Told): MessageNews['type'] {
  return status === 'cancelled' || status === 'retrying' ? `message.${status}` : `message.${type}`;
}

function eventOf(
  { id, conversationId, userId }: EndedMessage,
  type: MessageNews['type'],
  status: MessageStatus,
  failure?: Failure | null,
): MessageNews {
  return {
    type,
    message_id: id,
    conversation_id: conversationId,
    user_id: userId,
    status,
    ...(failure && { error: failure.message, error_code: failure.code }),
    timestamp: new Date().toISOString(),
  };
}
