import { AppError, type Message } from '#contracts';
import { type ControlBus } from '#control';
import { type Database } from '#database';
import { type Cancelled, type MessageLedger, type MessageReader } from '#ledger';
import { type Log } from '#observability';
import { type JobQueue } from '#queue';
import { type ReplyStreams } from '#streaming';
import { type Enqueuer } from './enqueuer.js';

/** Cancels a message from any process: the ledger decides, then the worker that runs it is told. */
export class CancelMessage {
  constructor(
    private readonly database: Database,
    private readonly ledger: MessageLedger,
    private readonly reader: MessageReader,
    private readonly bus: ControlBus,
    private readonly queue: JobQueue,
    private readonly streams: ReplyStreams,
    private readonly enqueuer: Enqueuer,
    private readonly log: Log,
  ) {}

  /**
   * Cancelling twice is as good as once. A running message ends a moment later, as `cancelled`.
   * @throws AppError message_not_found, message_finished, database_unavailable
   */
  async run(tenantId: string, id: string): Promise<Message> {
    const cancelled = await this.database.answer(() => this.ledger.cancel(tenantId, id));
    const message = await this.reader.get(tenantId, id);
    if (cancelled?.status === 'processing') this.bus.publish('message.cancel', { messageId: id });
    else if (cancelled) void this.#tidyUp(message, cancelled);
    else if (message.status !== 'cancelled')
      throw new AppError('message_finished', `The message is already ${message.status}`);
    return message;
  }

  /** Nothing here decides anything: what fails is done by the reconciler, or when the job's turn comes. */
  async #tidyUp({ id, priority }: Message, { conversationId }: Cancelled): Promise<void> {
    const steps = await Promise.allSettled([
      this.streams.end(id, { type: 'end', status: 'cancelled' }),
      this.queue.remove(id, priority),
      conversationId === null ? undefined : this.enqueuer.releaseNext(conversationId),
    ]);
    for (const step of steps)
      if (step.status === 'rejected')
        this.log.warn({ err: step.reason as unknown, message_id: id }, 'tidying up failed');
  }
}
