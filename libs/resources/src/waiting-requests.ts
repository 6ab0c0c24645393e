import { AppError, priorityNumber } from '#contracts';
import { type Log } from '#observability';
import { atMost, Ticker } from '#runtime';
import { type AllocationLedger, type Grant, type Wanted } from './allocation-ledger.js';

interface Waiter {
  readonly wanted: Wanted;
  /** Sorts by priority, then by time. */
  readonly rank: string;
  /** What it asks for: where one of a kind finds no room, the next does not either. */
  readonly kind: string;
  /** As `performance.now()`. */
  readonly endsAt: number;
  readonly signal: AbortSignal;
  readonly resolve: (grant: Grant | undefined) => void;
  readonly reject: (error: AppError) => void;
}

/** How often room is looked for: resources and releases may come through any process. */
const EVERY_MS = 100;

/** At the end a database that is away is waited for this long; what is not withdrawn ends with its time. */
const LAST_PATIENCE_MS = 1_000;

/**
 * The requests of this process's callers that wait for room, tried in their order. Those of other processes are kept
 * in order with them by the statement that takes room: it leaves it to the best request that waits.
 */
export class WaitingRequests {
  readonly #waiters = new Map<string, Waiter>();
  readonly #ticker: Ticker;
  #stopped = false;

  constructor(
    private readonly ledger: AllocationLedger,
    private readonly log: Log,
  ) {
    this.#ticker = new Ticker(
      EVERY_MS,
      () => this.#round(),
      (err) => log.debug({ err }, 'looking for room failed; the requests go on waiting'),
    );
  }

  /** Of a request that waits in the ledger: undefined once its time is over or its caller has left. */
  async wait(wanted: Wanted, signal: AbortSignal): Promise<Grant | undefined> {
    if (this.#stopped) {
      await this.#withdraw(wanted);
      throw draining();
    }
    this.#ticker.start();
    return new Promise((resolve, reject) => {
      const endsAt = performance.now() + wanted.request.wait;
      const order = { rank: rankOf(wanted), kind: kindOf(wanted) };
      this.#waiters.set(wanted.id, { wanted, ...order, endsAt, signal, resolve, reject });
    });
  }

  /** Sends everybody away. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#ticker.stop();
    const waiters = [...this.#waiters.values()];
    this.#waiters.clear();
    const withdrawn = waiters.map(({ wanted }) => this.#withdraw(wanted));
    await atMost(LAST_PATIENCE_MS, Promise.all(withdrawn));
    for (const { reject } of waiters) reject(draining());
  }

  /** Those whose time is over first: they must have their answer even when nothing else can be done. */
  async #round(): Promise<void> {
    const waiters = [...this.#waiters.values()].toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
    await Promise.all(waiters.filter(isOver).map((waiter) => this.#leave(waiter)));
    const inVain = new Set<string>();
    for (const waiter of waiters)
      if (!isOver(waiter) && !inVain.has(waiter.kind) && !(await this.#serve(waiter)))
        inVain.add(waiter.kind);
  }

  async #serve(waiter: Waiter): Promise<boolean> {
    const grant = await this.ledger.takeWaiting(waiter.wanted.id);
    if (!grant) return false;
    this.#waiters.delete(waiter.wanted.id);
    waiter.resolve(grant);
    return true;
  }

  async #leave(waiter: Waiter): Promise<void> {
    this.#waiters.delete(waiter.wanted.id);
    await this.#withdraw(waiter.wanted);
    waiter.resolve(undefined);
  }

  async #withdraw({ id }: Wanted): Promise<void> {
    await this.ledger
      .withdraw(id)
      .catch((err: unknown) => this.log.debug({ err }, 'could not withdraw a request that waited'));
  }
}

function isOver({ endsAt, signal }: Waiter): boolean {
  return signal.aborted || performance.now() >= endsAt;
}

function rankOf({ id, request }: Wanted): string {
  return `${priorityNumber(request.priority)} ${id}`;
}

function kindOf({ request }: Wanted): string {
  return JSON.stringify([request.model_type, request.requirements, request.capabilities]);
}

function draining(): AppError {
  return new AppError('draining', 'The process is shutting down; ask another one for the allocation');
}
