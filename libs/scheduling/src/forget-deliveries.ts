import { type SchedulerSettings, type WebhookSettings } from '#config';
import { type CallbackOutbox } from '#ledger';
import { type Log } from '#observability';
import { type Clock } from '#runtime';
import { type Duty } from './leader.js';
import { Sweep } from './sweep.js';

/** Deletes deliveries of callbacks that have been over for long. */
export class ForgetDeliveries implements Duty {
  readonly name = 'old deliveries';
  readonly #sweep: Sweep;

  constructor(
    private readonly outbox: CallbackOutbox,
    private readonly webhooks: WebhookSettings,
    private readonly scheduler: SchedulerSettings,
    private readonly log: Log,
    clock: Clock,
  ) {
    this.#sweep = new Sweep(clock);
  }

  async perform(): Promise<void> {
    const { retention } = this.webhooks.value;
    const { batch } = this.scheduler.value;
    const deliveries = await this.#sweep.run(batch, () => this.outbox.deleteOld(retention, batch));
    if (deliveries > 0) this.log.info({ deliveries }, 'forgot old deliveries of callbacks');
  }
}
