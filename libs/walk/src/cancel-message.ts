import { AppError, CANCELLED, type Message } from '#contracts';
import { type ControlBus } from '#control';
import { type Database } from '#database';
import { type MessageLedger, type MessageReader } from '#ledger';
import { type Aftermath } from './aftermath.js';

/** Cancels a message from any process: the ledger decides, then the worker that runs it is told. */
export class CancelMessage {
  constructor(
    private readonly database: Database,
    private readonly ledger: MessageLedger,
    private readonly reader: MessageReader,
    private readonly bus: ControlBus,
    private readonly aftermath: Aftermath,
  ) {}

  /**
   * Cancelling twice is as good as once. A running message ends a moment later, as `cancelled`.
   * @throws AppError message_not_found, message_finished, database_unavailable
   */
  async run(tenantId: string, id: string): Promise<Message> {
    const cancelled = await this.database.answer(() => this.ledger.cancel(tenantId, id));
    if (cancelled?.status === 'processing') this.bus.publish('message.cancel', { messageId: id });
    const message = await this.reader.get(tenantId, id);
    if (cancelled?.status === 'cancelled')
      void this.aftermath.run(message, { type: 'end', status: 'cancelled', error: CANCELLED });
    if (!cancelled && message.status !== 'cancelled')
      throw new AppError('message_finished', `The message is already ${message.status}`);
    return message;
  }
}
