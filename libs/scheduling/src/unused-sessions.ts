import { type ChatSettings, type SchedulerSettings } from '#config';
import { type Upkeep } from '#ledger';
import { type Log } from '#observability';
import { type Clock } from '#runtime';
import { type Duty } from './leader.js';
import { Sweep } from './sweep.js';

/** Deletes sessions to which nothing was ever sent: every connection makes one, and many connect and leave. */
export class UnusedSessions implements Duty {
  readonly name = 'unused sessions';
  readonly #sweep: Sweep;

  constructor(
    private readonly upkeep: Upkeep,
    private readonly chat: ChatSettings,
    private readonly scheduler: SchedulerSettings,
    private readonly log: Log,
    clock: Clock,
  ) {
    this.#sweep = new Sweep(clock);
  }

  async perform(): Promise<void> {
    const { batch } = this.scheduler.value;
    const after = this.chat.value.forget_after;
    const sessions = await this.#sweep.run(batch, () => this.upkeep.forgetSessions(after, batch));
    if (sessions > 0) this.log.info({ sessions }, 'deleted sessions that nobody has used');
  }
}
