import { type MessageSettings, type SchedulerSettings } from '#config';
import { type Upkeep } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type Clock } from '#runtime';
import { type Duty } from './leader.js';
import { Sweep } from './sweep.js';

/** Deletes messages that ended longer ago than they are to be kept; by default they are kept for ever. */
export class Retention implements Duty {
  readonly name = 'retention';
  readonly #sweep: Sweep;

  constructor(
    private readonly upkeep: Upkeep,
    private readonly messages: MessageSettings,
    private readonly scheduler: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
    clock: Clock,
  ) {
    this.#sweep = new Sweep(clock);
  }

  async perform(): Promise<void> {
    const { retention } = this.messages.value;
    const { batch } = this.scheduler.value;
    if (retention === 0) return;
    const messages = await this.#sweep.run(batch, () => this.upkeep.deleteEnded(retention, batch));
    if (messages === 0) return;
    this.metrics.deleted.inc(messages);
    this.log.info({ messages }, 'deleted messages that ended long ago');
  }
}
