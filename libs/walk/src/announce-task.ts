import { type Failure, type FinalStatus, type Message, type TaskNews, taskEventOf } from '#contracts';
import { type EndedMessage } from '#ledger';
import { type TaskEvents } from '#streaming';

/** How often it is looked how far a running task is. */
const PROGRESS_EVERY_MS = 1_000;

type Told = Omit<TaskNews, 'messageId' | 'at' | 'progress'> & { readonly progress?: number };

/** Tells whoever listens how tasks are doing; a message without a task type is none. */
export class AnnounceTask {
  constructor(private readonly events: TaskEvents) {}

  /** That it has started, and from then on how far it is, until what this answers with is called. */
  follow(message: Message, progress: () => number): () => void {
    if (!isTask(message)) return () => undefined;
    if (message.attempt === message.attemptsBefore + 1)
      this.#tell(message, { type: 'started', status: 'processing' });
    let last = 0;
    const timer = setInterval(() => {
      const now = progress();
      if (now > last) this.#tell(message, { type: 'progress', status: 'processing', progress: now });
      last = now;
    }, PROGRESS_EVERY_MS);
    return () => clearInterval(timer);
  }

  retrying(message: Message): void {
    if (isTask(message)) this.#tell(message, { type: 'progress', status: 'retrying' });
  }

  ended(
    message: EndedMessage & { readonly startedAt?: Date | null },
    { status, failure, reply }: Ended,
  ): void {
    if (!isTask(message)) return;
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

  #tell({ id, tenantId }: EndedMessage, told: Told): void {
    this.events.publish(tenantId, taskEventOf({ progress: 0, ...told, messageId: id, at: new Date() }));
  }
}

export interface Ended {
  readonly status: FinalStatus;
  readonly failure?: Failure | undefined;
  readonly reply?: TaskNews['reply'];
}

function isTask({ options }: Pick<Message, 'options'>): boolean {
  return options?.task_type !== undefined;
}
