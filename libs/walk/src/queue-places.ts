import { type Message } from '#contracts';
import { type ScheduleLedger, type TurnsAhead } from '#ledger';
import { type Band, type JobQueue } from '#queue';
import { withDeadline } from '#runtime';
import { type QueuePosition, type QueueView } from './queue-view.js';

/** Nobody who asks for a message waits longer for its place. */
const PATIENCE_MS = 300;

const FREE: TurnsAhead = { ahead: 0, blocked: false };

/**
 * Where a waiting message stands, in the order in which its band is really served: the schedule is asked for its rank
 * (0.1 ms in Redis; in the database 1 ms, for any but the first two thousand as a part of the band).
 */
export class QueuePlaces {
  constructor(
    private readonly queue: JobQueue,
    private readonly ledger: ScheduleLedger,
    private readonly view: QueueView,
  ) {}

  /** Undefined when the message does not wait for a slot, or nobody knows: the schedule may be away. */
  async of(message: Message): Promise<QueuePosition | undefined> {
    if (!['pending', 'queued', 'retrying'].includes(message.status)) return undefined;
    try {
      return await withDeadline(this.#find(message), PATIENCE_MS, 'redis_unavailable', 'The schedule');
    } catch {
      return undefined;
    }
  }

  async #find(message: Message): Promise<QueuePosition | undefined> {
    const { id, lane, priority, attempt } = message;
    const band: Band = { lane, priority };
    const place = await this.queue.placeOf(band, id, attempt);
    if (place) return this.view.place(band, this.#ahead(band, place), 0, place.part === undefined);
    // Committed, and on its way into the schedule or waiting for the turns before it.
    if (message.status !== 'pending') return undefined;
    const turns = await this.#turns(message);
    const position = this.view.positionOf(band, turns.ahead);
    return turns.blocked ? { ...position, estimatedWaitMs: undefined } : position;
  }

  #ahead(band: Band, { ahead, part }: { readonly ahead: number; readonly part: number | undefined }): number {
    return part === undefined ? ahead : Math.max(ahead, Math.round(part * this.view.sizeOf(band)));
  }

  async #turns({ id, conversationId, turn }: Message): Promise<TurnsAhead> {
    if (conversationId === null || turn === null) return FREE;
    return this.ledger.turnsAhead(conversationId, turn, id);
  }
}
