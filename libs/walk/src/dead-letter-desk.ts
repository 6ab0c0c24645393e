import { type Caller } from '#contracts';
import { type DeadLetters } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type BringBack } from './bring-back.js';

/** What an operator does with one dead letter: requeue its message, or delete it. */
export class DeadLetterDesk {
  constructor(
    private readonly letters: DeadLetters,
    private readonly back: BringBack,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * The message waits again; its reply stream goes on with a reset.
   * @throws AppError dead_letter_not_found, conversation_closed, message_not_found, database_unavailable
   */
  async requeue({ tenantId, keyName }: Caller, id: string): Promise<void> {
    const requeued = await this.letters.requeue(tenantId, id, keyName);
    this.metrics.deadLettersHandled.inc({ action: 'requeued' });
    this.log.info({ message_id: id, by: keyName }, 'dead letter requeued');
    await this.back.reopen([requeued]);
    void this.back.enqueue([requeued]);
  }

  /**
   * The message stays as it is; a conversation that it blocked goes on.
   * @throws AppError dead_letter_not_found, database_unavailable
   */
  async delete({ tenantId, keyName }: Caller, id: string): Promise<void> {
    const { conversationId } = await this.letters.delete(tenantId, id, keyName);
    this.metrics.deadLettersHandled.inc({ action: 'deleted' });
    this.log.info({ message_id: id, by: keyName }, 'dead letter deleted');
    if (conversationId !== null) void this.back.releaseNext(conversationId);
  }
}
