import { type ClientProxy } from '@nestjs/microservices';
import { type ControlEvent, type ControlEvents } from '#contracts';

/**
 * Tells every process something. At most once, and not at all while Redis is away: whoever must know for sure
 * also finds it in the ledger.
 */
export class ControlBus {
  constructor(
    private readonly client: ClientProxy,
    private readonly onError: (error: unknown) => void,
  ) {}

  publish<E extends ControlEvent>(event: E, payload: ControlEvents[E]): void {
    this.client.emit(event, payload).subscribe({ error: this.onError });
  }

  async close(): Promise<void> {
    await this.client.close();
  }
}
