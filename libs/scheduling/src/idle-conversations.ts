import { type ConversationSettings, type SchedulerSettings } from '#config';
import { type Upkeep } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type Clock } from '#runtime';
import { type Duty } from './leader.js';
import { Sweep } from './sweep.js';

/** Lets conversations that nobody uses become inactive, and after a longer time archived; none is ever deleted. */
export class IdleConversations implements Duty {
  readonly name = 'idle conversations';
  readonly #deactivate: Sweep;
  readonly #archive: Sweep;

  constructor(
    private readonly upkeep: Upkeep,
    private readonly conversations: ConversationSettings,
    private readonly scheduler: SchedulerSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
    clock: Clock,
  ) {
    this.#deactivate = new Sweep(clock);
    this.#archive = new Sweep(clock);
  }

  async perform(): Promise<void> {
    const { inactive_after, archive_after } = this.conversations.value;
    const { batch } = this.scheduler.value;
    if (inactive_after > 0)
      this.#note(
        'inactive',
        await this.#deactivate.run(batch, () => this.upkeep.deactivate(inactive_after, batch)),
      );
    if (archive_after > 0)
      this.#note('archived', await this.#archive.run(batch, () => this.upkeep.archive(archive_after, batch)));
  }

  #note(state: string, conversations: number): void {
    if (conversations === 0) return;
    this.metrics.rested.inc({ state }, conversations);
    this.log.info({ conversations, state }, 'conversations that nobody uses changed their state');
  }
}
