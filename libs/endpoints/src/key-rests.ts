import { type Upstreams } from '#balancing';
import { type KeyRest } from '#contracts';
import { type ControlBus } from '#control';
import { type Log } from '#observability';
import { type RestRow, type UpstreamLedger } from './upstream-ledger.js';

/** More than there are keys and endpoints; of more, some are told to those only that hear of them at once. */
const MOST_UNTOLD = 1_000;

interface Untold {
  readonly rest: KeyRest;
  readonly since: number;
}

/**
 * Keys that must rest. What this process finds out goes over the control bus to those that listen, and to the ledger for
 * those that start later; what others find out comes the same ways.
 */
export class KeyRests {
  readonly #untold = new Map<string, Untold>();
  /** The version of each rest that has been seen. */
  #seen: ReadonlyMap<string, string> = new Map();

  constructor(
    private readonly upstreams: Upstreams,
    private readonly ledger: UpstreamLedger,
    private readonly bus: ControlBus,
    private readonly log: Log,
  ) {}

  /** From now on what is found out is told. */
  start(): void {
    this.upstreams.onRest = (rest) => {
      this.bus.publish('upstreams.rest', rest);
      if (this.#untold.size < MOST_UNTOLD)
        this.#untold.set(scopeOf(rest), { rest, since: performance.now() });
      this.flush().catch((err: unknown) => this.log.debug({ err }, 'a rest is stored later'));
    };
  }

  /** What the ledger has not taken yet. */
  async flush(): Promise<void> {
    for (const [scope, untold] of this.#untold) {
      const { rest, since } = untold;
      const left = rest.forMs === null ? null : rest.forMs - (performance.now() - since);
      const version = left !== null && left <= 0 ? '' : await this.ledger.rest({ ...rest, forMs: left });
      this.#seen = new Map(this.#seen).set(scope, version);
      if (this.#untold.get(scope) === untold) this.#untold.delete(scope);
    }
  }

  /** All that the ledger knows; what has not changed since the last time is not applied again. */
  take(rows: readonly RestRow[]): void {
    const changed = rows.filter((row) => this.#seen.get(scopeOf(row)) !== row.version);
    this.#seen = new Map(rows.map((row) => [scopeOf(row), row.version]));
    // Whoever is put back is put back altogether, so that what holds comes behind it.
    const ordered = changed.toSorted((one, other) => Number(other.forMs === 0) - Number(one.forMs === 0));
    for (const row of ordered) this.upstreams.apply(row);
  }
}

function scopeOf({ provider, key, endpoint }: KeyRest): string {
  return JSON.stringify([provider, key, endpoint]);
}
