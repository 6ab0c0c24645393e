import { CANCELLED, type Message } from '#contracts';
import { type Cancelled } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type JobQueue } from '#queue';
import { type ReplyStreams } from '#streaming';
import { type Enqueuer } from './enqueuer.js';

/**
 * Tidies up behind a message that was cancelled before it ran. Nothing here decides anything: what fails is done by
 * the reconciler, or when the job's turn comes and the ledger says that the message has ended.
 */
export class Withdraw {
  constructor(
    private readonly streams: ReplyStreams,
    private readonly queue: JobQueue,
    private readonly enqueuer: Enqueuer,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async run({ id, priority }: Message, { conversationId }: Cancelled): Promise<void> {
    this.metrics.finished.inc({ priority, status: 'cancelled' });
    const steps = await Promise.allSettled([
      this.streams.end(id, { type: 'end', status: 'cancelled', error: CANCELLED }),
      this.queue.remove(id, priority),
      conversationId === null ? undefined : this.enqueuer.releaseNext(conversationId),
    ]);
    for (const step of steps)
      if (step.status === 'rejected')
        this.log.warn({ err: step.reason as unknown, message_id: id }, 'tidying up failed');
  }
}
