import { type QueueSettings } from '#config';
import { type Message } from '#contracts';
import { type Handover, type Schedulable, type ScheduleLedger } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type JobQueue } from '#queue';
import { type FairShare } from './fair-share.js';

/** Most messages in one step. */
const BATCH = 500;

interface Offer extends Schedulable {
  /** Whether another message of its conversation may have to come first. */
  readonly inConversation: boolean;
}

/**
 * Brings committed messages into the schedule, behind the back of whoever accepted them. What it cannot bring,
 * because too many wait or the schedule is away, stays in the ledger, and the reconciler brings it later.
 */
export class Enqueuer {
  #waiting: Offer[] = [];
  #pumping = false;
  #pump: Promise<void> | undefined;

  constructor(
    private readonly ledger: ScheduleLedger,
    private readonly queue: JobQueue,
    private readonly share: FairShare,
    private readonly settings: QueueSettings,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** A message that was committed just now; one that is scheduled for later stays in the ledger until it is due. */
  accepted(message: Message, handover: Handover | null): void {
    if (message.status === 'scheduled') return;
    const { id, lane, priority, tenantId, userId, cost, options, createdAt, scheduledAt } = message;
    const sinceMs = Math.max(createdAt.getTime(), scheduledAt?.getTime() ?? 0);
    this.offer({
      id,
      lane,
      priority,
      tenantId,
      userId,
      cost,
      sinceMs,
      taskType: options?.task_type ?? null,
      delayMs: sinceMs - createdAt.getTime(),
      attempt: 0,
      ...(handover && { handover }),
      inConversation: message.conversationId !== null,
    });
  }

  offer(message: Offer): void {
    if (this.#waiting.length >= this.settings.value.relay_backlog) return this.metrics.relayOverflow.inc();
    this.#waiting.push(message);
    if (this.#pumping) return;
    this.#pumping = true;
    this.#pump = this.#run();
  }

  /** Committed messages that are not in the schedule yet. */
  onTheWay(): readonly Schedulable[] {
    return this.#waiting;
  }

  /** Puts messages in at once. Throws when the schedule or the ledger is away. */
  async enqueue(messages: readonly Schedulable[]): Promise<void> {
    if (messages.length === 0) return;
    await this.queue.add(messages.map((message) => this.share.jobOf(message)));
    await this.ledger.enqueued(messages);
  }

  /** The message of a conversation that comes next has its turn. */
  async releaseNext(conversationId: string): Promise<void> {
    const next = await this.ledger.nextTurn(conversationId);
    if (next) await this.enqueue([next]);
  }

  /** Resolves when nothing waits any more. */
  async drain(): Promise<void> {
    await this.#pump;
  }

  async #run(): Promise<void> {
    // One turn of the event loop, so that a burst of accepts goes in together.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, BATCH);
      this.metrics.relayBacklog.set(this.#waiting.length);
      await this.#bring(batch);
    }
    // In the same step as the last look at what waits, or an offer in between would start no pump.
    this.#pumping = false;
  }

  async #bring(batch: readonly Offer[]): Promise<void> {
    try {
      const free = batch.filter(({ inConversation }) => !inConversation);
      const bound = batch.filter(({ inConversation }) => inConversation).map(({ id }) => id);
      await this.enqueue([...free, ...(bound.length > 0 ? await this.ledger.heads(bound) : [])]);
    } catch (error) {
      this.metrics.relayOverflow.inc(batch.length);
      this.log.warn({ err: error, messages: batch.length }, 'left to the reconciler: the schedule is away');
    }
  }
}
