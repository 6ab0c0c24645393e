import { AppError, type Caller, type Message, QUEUE_TYPES, type QueueType } from '#contracts';
import { type MessageReader } from '#ledger';
import { type CancelMessage, type DeadLetterDesk } from '#walk';

/** Takes a message out of one of the queues of an older API. */
export class RemoveFromQueue {
  constructor(
    private readonly reader: MessageReader,
    private readonly cancel: CancelMessage,
    private readonly desk: DeadLetterDesk,
  ) {}

  /** @throws AppError invalid_request, message_not_found, invalid_transition, dead_letter_not_found */
  async run(caller: Caller, queue: string, id: string): Promise<Message> {
    if (typeOf(queue) === 'dead_letter') {
      await this.desk.delete(caller, id);
      return this.reader.get(caller.tenantId, id);
    }
    requireWaiting(await this.reader.get(caller.tenantId, id));
    return this.cancel.run(caller.tenantId, id);
  }
}

function typeOf(queue: string): QueueType {
  const known = QUEUE_TYPES.find((type) => type === queue);
  if (known) return known;
  const message = `must be one of ${QUEUE_TYPES.join(', ')}`;
  throw new AppError('invalid_request', `Invalid queue type: ${message}`, {
    fields: [{ field: 'queue_type', message }],
  });
}

/** What has ended is refused by the cancelling itself. */
function requireWaiting({ id, status }: Message): void {
  if (status !== 'processing') return;
  throw new AppError(
    'invalid_transition',
    `The message runs, so it is in no queue; DELETE /api/v1/messages/${id} stops it`,
  );
}
