import { type Facts, type ScheduleLedger } from '#ledger';
import { type Log } from '#observability';
import { type JobQueue } from '#queue';
import { type Duty } from './leader.js';

const GENERATION = 'queue_generation';

/**
 * Notices when the schedule has lost what it held: it says which generation it is, and another one than the last time
 * has forgotten. Then every waiting message counts as not enqueued, and the reconciler brings it again.
 */
export class ScheduleLoss implements Duty {
  readonly name = 'schedule loss';

  constructor(
    private readonly queue: JobQueue,
    private readonly ledger: ScheduleLedger,
    private readonly facts: Facts,
    private readonly log: Log,
  ) {}

  async perform(): Promise<void> {
    const generation = await this.queue.generation();
    const known = await this.facts.read(GENERATION);
    if (generation === known) return;
    const forgotten = known === undefined ? 0 : await this.ledger.forgetEnqueued();
    await this.facts.write(GENERATION, generation);
    if (known !== undefined)
      this.log.warn({ messages: forgotten }, 'the schedule lost its data; it is rebuilt from the ledger');
  }
}
