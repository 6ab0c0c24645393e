import { type Message } from '#contracts';
import { type ScheduleLedger } from '#ledger';
import { type Log } from '#observability';
import { type Band, type JobQueue } from '#queue';
import { type Enqueuer } from './enqueuer.js';

/**
 * Brings a message that waits in the ledger into the schedule, out of the band in which it was. What fails is left to the
 * reconciler, and a job that stays behind does no harm: whichever comes first gets the message.
 */
export class Reschedule {
  constructor(
    private readonly ledger: ScheduleLedger,
    private readonly queue: JobQueue,
    private readonly enqueuer: Enqueuer,
    private readonly log: Log,
  ) {}

  /** Never throws. */
  async run({ id, attempt }: Pick<Message, 'id' | 'attempt'>, from: Band): Promise<void> {
    try {
      await this.queue.remove(id, from, attempt);
      await this.enqueuer.enqueue(await this.ledger.heads([id]));
    } catch (err) {
      this.log.warn({ err, message_id: id }, 'left to the reconciler: the schedule is away');
    }
  }
}
