import { type SchedulerSettings } from '#config';
import { type MessageTransitions } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type Aftermath } from '#walk';
import { type Duty } from './leader.js';

/** Most batches in one tick: the lease must not run out meanwhile. */
const ROUNDS = 10;

/** Messages that are tidied up at the same time. */
const AT_ONCE = 50;

/** Ends messages that have waited longer than they may, without a call: with a dead letter, told to their readers. */
export class ExpireMessages implements Duty {
  readonly name = 'expire messages';

  constructor(
    private readonly transitions: MessageTransitions,
    private readonly aftermath: Aftermath,
    private readonly settings: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async perform(): Promise<void> {
    for (let round = 0; round < ROUNDS; round += 1) if (!(await this.#expire())) return;
  }

  /** One batch; whether there may be more. */
  async #expire(): Promise<boolean> {
    const { batch } = this.settings.value;
    const expired = await this.transitions.expire(batch);
    for (const { priority } of expired) this.metrics.expired.inc({ priority });
    if (expired.length > 0) this.log.warn({ messages: expired.length }, 'messages have waited too long');
    for (let i = 0; i < expired.length; i += AT_ONCE)
      await Promise.all(expired.slice(i, i + AT_ONCE).map((message) => this.#tell(message)));
    return expired.length === batch;
  }

  #tell(message: Awaited<ReturnType<MessageTransitions['expire']>>[number]): Promise<void> {
    return this.aftermath.run(message, { type: 'end', status: 'timeout', error: message.failure });
  }
}
