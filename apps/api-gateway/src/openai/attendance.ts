import { AppError, type Message } from '#contracts';
import { type ControlBus } from '#control';
import { type Log } from '#observability';
import { type CancelMessage } from '#walk';

/** Should more than these be left at once, they are cancelled without waiting. */
const MOST_DESERTED = 10_000;

/**
 * Who waits at this gateway for which message, and what becomes of one that nobody waits for any more: it is cancelled,
 * after a while where its client library is expected to come back, here or at another gateway.
 */
export class Attendance {
  readonly #waiting = new Map<string, number>();
  readonly #deserted = new Map<string, NodeJS.Timeout>();

  constructor(
    private readonly cancel: CancelMessage,
    private readonly bus: ControlBus,
    private readonly log: Log,
  ) {}

  /** `again`: somebody may have waited for it before. */
  begin({ id }: Message, again: boolean): void {
    this.#waiting.set(id, (this.#waiting.get(id) ?? 0) + 1);
    if (!again) return;
    this.awaited(id);
    this.bus.publish('message.awaited', { messageId: id });
  }

  /** The message has ended, or goes on by itself. */
  end({ id }: Message): void {
    const left = (this.#waiting.get(id) ?? 1) - 1;
    if (left > 0) this.#waiting.set(id, left);
    else this.#waiting.delete(id);
  }

  /** Whoever waited has gone, and may come back for so long. */
  desert(message: Message, graceMs: number): void {
    const { id } = message;
    this.end(message);
    if (this.#waiting.has(id) || this.#deserted.has(id)) return;
    if (graceMs === 0 || this.#deserted.size >= MOST_DESERTED) return void this.#end(message);
    const timer = setTimeout(() => {
      this.#deserted.delete(id);
      void this.#end(message);
    }, graceMs);
    this.#deserted.set(id, timer);
    this.bus.publish('message.deserted', { messageId: id });
  }

  /** Another gateway asks. */
  deserted(messageId: string): void {
    if (this.#waiting.has(messageId)) this.bus.publish('message.awaited', { messageId });
  }

  /** Somebody waits for it, here or elsewhere. */
  awaited(messageId: string): void {
    clearTimeout(this.#deserted.get(messageId));
    this.#deserted.delete(messageId);
  }

  /** What was left when the process ends goes on: its client is told to ask elsewhere. */
  close(): void {
    for (const timer of this.#deserted.values()) clearTimeout(timer);
    this.#deserted.clear();
  }

  async #end({ tenantId, id }: Message): Promise<void> {
    try {
      await this.cancel.run(tenantId, id);
    } catch (err) {
      if (err instanceof AppError && err.code === 'message_finished') return;
      this.log.warn({ err, message_id: id }, 'a message whose caller has left could not be cancelled');
    }
  }
}
