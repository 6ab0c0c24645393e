import {
  AppError,
  type Caller,
  type CreateTask,
  isFinal,
  type Message,
  taskIdOf,
  toAppError,
} from '#contracts';
import { type MessageReader } from '#ledger';
import { type Asked } from '#walk';
import { type OpenStreams } from '../open-streams.js';
import { type ReplyFeed } from '../reply-feed.js';
import { type AcceptTask } from './accept-task.js';

/** A caller who does not say waits so long. */
const PATIENCE_MS = 300_000;

/** Runs a task while its caller waits for the end; whoever leaves, or has waited long enough, leaves the task to go on. */
export class ProcessSync {
  constructor(
    private readonly accept: AcceptTask,
    private readonly feed: ReplyFeed,
    private readonly reader: MessageReader,
    private readonly open: OpenStreams,
  ) {}

  /**
   * The task that completed.
   * @throws AppError task_not_done, task_failed, draining, and what accepting throws
   */
  async run(caller: Caller, task: CreateTask, asked: Asked, gone: AbortSignal): Promise<Message> {
    const waiting = this.open.enter();
    try {
      const { timeout = PATIENCE_MS, ...config } = task.config ?? {};
      // It is the caller who has so much time: the task has what all of its kind have.
      const { message } = await this.accept.run(caller, { ...task, config }, asked);
      const left = AbortSignal.any([waiting.signal, gone]);
      return required(message.id, await this.#ended(message, timeout, left), waiting.signal.aborted);
    } finally {
      this.open.leave(waiting);
    }
  }

  /** The message as it is when it has ended, or when nobody waits any more. */
  async #ended({ tenantId, id }: Message, waitMs: number, left: AbortSignal): Promise<Message> {
    try {
      const over = AbortSignal.any([left, AbortSignal.timeout(waitMs)]);
      for await (const batch of (await this.feed.open(tenantId, id, 0, over)) ?? [])
        if (!('silent' in batch) && batch.some(({ event }) => event.type === 'end')) break;
      return await this.reader.get(tenantId, id);
    } catch (thrown) {
      const { code, message, retryAfterMs } = toAppError(thrown);
      const options = {
        cause: thrown,
        taskId: taskIdOf(id),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
      };
      throw new AppError(code, `${message}; the task goes on`, options);
    }
  }
}

function required(id: string, message: Message, isEnding: boolean): Message {
  const taskId = taskIdOf(id);
  const { status, failure } = message;
  if (status === 'completed') return message;
  if (isFinal(status))
    throw new AppError(
      'task_failed',
      `The task failed: ${failure?.message ?? status} (${failure?.code ?? status})`,
      {
        taskId,
      },
    );
  if (isEnding) throw new AppError('draining', 'This process is shutting down; the task goes on', { taskId });
  throw new AppError(
    'task_not_done',
    `The task did not end in time and goes on; ask for it at /api/v1/tasks/${taskId}, or give a longer config.timeout`,
    { taskId },
  );
}
