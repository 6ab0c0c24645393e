import { type QueueSettings } from '#config';
import { type Slots } from '#limits';
import { type MessageLedger } from '#ledger';
import { type Log } from '#observability';
import { type JobQueue, type TakenJob } from '#queue';
import { Ticker } from '#runtime';
import { type RunningMessages } from '#walk';

/** What a running message holds: its job in the schedule and its slot on the upstream. */
export interface Holding {
  readonly job: TakenJob;
  readonly slot: string;
}

/**
 * Renews, in one go, everything that the running messages hold: locks in the schedule, slots, and leases in the
 * ledger. A message that was lost or cancelled meanwhile is stopped; that is also how a cancel arrives whose
 * control event got lost.
 */
export class LeaseKeeper {
  readonly #holdings = new Map<string, Holding>();
  readonly #ticker: Ticker;

  constructor(
    private readonly queue: JobQueue,
    private readonly slots: Slots,
    private readonly ledger: MessageLedger,
    private readonly running: RunningMessages,
    private readonly settings: QueueSettings,
    private readonly log: Log,
  ) {
    const everyMs = Math.max(100, Math.floor(settings.value.lock_duration / 3));
    this.#ticker = new Ticker(
      everyMs,
      () => this.renew(),
      (err) => this.log.warn({ err }, 'renewing leases failed'),
    );
  }

  start(): void {
    this.#ticker.start();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  hold(holding: Holding): void {
    this.#holdings.set(holding.job.messageId, holding);
  }

  drop(messageId: string): void {
    this.#holdings.delete(messageId);
  }

  /** Every part is tried, so that a dead Redis does not let the leases in Postgres run out, and the reverse. */
  async renew(): Promise<void> {
    const holdings = [...this.#holdings.values()];
    if (holdings.length === 0) return;
    const results = await Promise.allSettled([
      this.#renewLocks(holdings),
      this.slots.renew(
        UPSTREAM,
        holdings.map(({ slot }) => slot),
      ),
      this.#renewLeases(),
    ]);
    for (const result of results)
      if (result.status === 'rejected')
        this.log.warn({ err: result.reason as unknown }, 'renewing leases failed');
  }

  async #renewLocks(holdings: readonly Holding[]): Promise<void> {
    const lost = await this.queue.extend(holdings.map(({ job }) => job));
    // Its lease in the ledger still fences it, so a lost lock alone is no reason to stop what was paid for.
    for (const { messageId } of lost)
      this.log.warn({ message_id: messageId }, 'lost the lock of a running message');
  }

  async #renewLeases(): Promise<void> {
    const owned = this.running.owned();
    if (owned.length === 0) return;
    const renewed = await this.ledger.renew(owned, this.settings.value.lock_duration);
    for (const { id } of owned) {
      const lease = renewed.get(id);
      if (lease?.cancelRequested) this.running.stop(id, 'cancelled');
      // A message that ended in this very moment is not owned any more and does not mind.
      if (!lease) this.running.stop(id, 'lock_lost');
    }
  }
}

/** Until providers are routed there is one upstream. */
export const UPSTREAM = 'default';
