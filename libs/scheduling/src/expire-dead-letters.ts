import { type DeadLetterSettings } from '#config';
import { type DeadLetterAudits, type DeadLetters } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type BringBack } from '#walk';
import { type Duty } from './leader.js';

/** Dead letters in one step, and most steps in one tick. */
const BATCH = 500;
const STEPS = 10;

/** Deletes dead letters whose retention is over, and the record of what was done long ago. */
export class ExpireDeadLetters implements Duty {
  readonly name = 'dead letter retention';

  constructor(
    private readonly letters: DeadLetters,
    private readonly audits: DeadLetterAudits,
    private readonly back: BringBack,
    private readonly settings: DeadLetterSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async perform(): Promise<void> {
    let deleted = 0;
    for (let step = 0; step < STEPS; step += 1) {
      const count = await this.#step();
      deleted += count;
      if (count < BATCH) break;
    }
    if (deleted > 0) this.log.info({ dead_letters: deleted }, 'deleted dead letters whose retention is over');
    await this.audits.forget(this.settings.value.audit_retention, BATCH);
  }

  async #step(): Promise<number> {
    const old = await this.letters.deleteOld(this.settings.value.retention, BATCH);
    this.metrics.deadLettersHandled.inc({ action: 'expired' }, old.length);
    const conversations = new Set(old.flatMap(({ conversationId }) => conversationId ?? []));
    for (const id of conversations) await this.back.releaseNext(id);
    return old.length;
  }
}
