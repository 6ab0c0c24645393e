import { type QueueSettings } from '#config';
import { type MessageLedger } from '#ledger';
import { type Concurrency } from '#limits';
import { type Log } from '#observability';
import { type JobQueue, type TakenJob } from '#queue';
import { atMost, Ticker } from '#runtime';
import { type RunningMessages } from '#walk';
import { type Lanes } from './lanes.js';

/** What a running message holds: its job in the schedule and its slot on the upstream. */
export interface Holding {
  readonly job: TakenJob;
  readonly slot: string;
}

/** At the end a renewal that hangs in a store that is away is waited for this long. */
const LAST_PATIENCE_MS = 1_000;

/**
 * Renews everything that the running messages hold: locks in the schedule, slots, places under limits, and leases in the ledger. Each
 * of them by itself, so that a Redis that does not answer does not let the leases in Postgres run out, and the
 * reverse. A message that was lost or cancelled meanwhile is stopped; that is also how a cancel arrives whose
 * control event got lost.
 */
export class LeaseKeeper {
  /** By holding, not by message: a job that comes back meets its former run. */
  readonly #holdings = new Set<Holding>();
  /** Those whose call has not ended. */
  readonly #withSlot = new Set<Holding>();
  readonly #tickers: readonly Ticker[];

  constructor(
    private readonly queue: JobQueue,
    private readonly lanes: Lanes,
    private readonly concurrency: Concurrency,
    private readonly ledger: MessageLedger,
    private readonly running: RunningMessages,
    private readonly settings: QueueSettings,
    private readonly log: Log,
  ) {
    const everyMs = Math.max(100, Math.floor(settings.value.lock_duration / 3));
    const onError = (err: unknown) => this.log.warn({ err }, 'renewing leases failed');
    const renewals = [
      () => this.#renewLocks(),
      () => this.#renewSlots(),
      () => this.concurrency.renew(),
      () => this.#renewLeases(),
    ];
    this.#tickers = renewals.map((renew) => new Ticker(everyMs, renew, onError));
  }

  start(): void {
    for (const ticker of this.#tickers) ticker.start();
  }

  async stop(): Promise<void> {
    await atMost(LAST_PATIENCE_MS, Promise.all(this.#tickers.map((ticker) => ticker.stop())));
  }

  hold(holding: Holding): void {
    this.#holdings.add(holding);
    this.#withSlot.add(holding);
  }

  drop(holding: Holding): void {
    this.#holdings.delete(holding);
    this.#withSlot.delete(holding);
  }

  dropSlot(holding: Holding): void {
    this.#withSlot.delete(holding);
  }

  /** Stops everything that runs, for other processes to go on with. */
  handAllBack(): void {
    this.running.stopAll('draining');
  }

  async #renewLocks(): Promise<void> {
    const lost = await this.queue.extend([...this.#holdings].map(({ job }) => job));
    // One that has ended meanwhile has given its lock back.
    const held = new Set([...this.#holdings].map(({ job }) => job.messageId));
    // Its lease in the ledger still fences it, so a lost lock alone is no reason to stop what was paid for.
    for (const { messageId } of lost)
      if (held.has(messageId)) this.log.warn({ message_id: messageId }, 'lost the lock of a running message');
  }

  async #renewSlots(): Promise<void> {
    const byLane = Map.groupBy(this.#withSlot, ({ job }) => job.lane);
    await Promise.all(
      [...byLane].map(([lane, holdings]) =>
        this.lanes.renew(
          lane,
          holdings.map(({ slot }) => slot),
        ),
      ),
    );
  }

  async #renewLeases(): Promise<void> {
    const owned = this.running.owned();
    if (owned.length === 0) return;
    const renewed = await this.ledger.renew(owned, this.settings.value.lock_duration);
    for (const { id, attempt } of owned) {
      const lease = renewed.get(id);
      if (lease?.cancelRequested) this.running.stop(id, 'cancelled', attempt);
      // A message that ended in this very moment is not owned any more and does not mind.
      if (!lease) this.running.stop(id, 'lock_lost', attempt);
    }
  }
}
