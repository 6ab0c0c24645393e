import { type Log } from '#observability';
import { BoundedMap, Ticker } from '#runtime';
import { compileRules } from './compile-rules.js';
import { PatternGroups } from './pattern-groups.js';
import { RuleSet } from './rule-set.js';
import { type RuleStore, type TenantState } from './rule-store.js';
import { SharedRun } from './shared-run.js';

const REFRESH_MS = 1_000;

/** Most tenants whose rules are kept ready; those of others are read when they are needed. */
const MAX_TENANTS = 100;

const NO_RULES = new RuleSet([], new PatternGroups(), () => undefined);

interface Ready {
  readonly version: number;
  readonly rules: RuleSet;
}

/**
 * What this process knows of every tenant's rules. Once a second, and whenever it is told of a change, it asks for the
 * versions, and reads again what has changed; while the ledger is away the last known rules stay in force.
 */
export class RuleBook {
  #states: ReadonlyMap<string, TenantState> = new Map();
  readonly #ready = new BoundedMap<string, Ready>(MAX_TENANTS);
  readonly #loading = new Map<string, Promise<RuleSet>>();
  readonly #reading = new SharedRun(() => this.#read());
  readonly #ticker: Ticker;
  #stale = false;

  constructor(
    private readonly store: RuleStore,
    private readonly log: Log,
  ) {
    this.#ticker = new Ticker(
      REFRESH_MS,
      () => this.refresh(),
      () => undefined,
    );
  }

  /** When it resolves, messages can be judged. */
  async start(): Promise<void> {
    this.#ticker.start();
    await this.refresh();
  }

  stop(): Promise<void> {
    return this.#ticker.stop();
  }

  /** Whatever was committed before the call is in force when it resolves. It does not fail: see the class. */
  async refresh(): Promise<void> {
    try {
      await this.#reading.run();
      this.#stale = false;
    } catch (err) {
      if (!this.#stale) this.log.warn({ err }, 'priority rules cannot be read: the last known ones stay');
      this.#stale = true;
    }
  }

  /** The tenant's rules; undefined when they have to be loaded first. */
  known(tenantId: string): RuleSet | undefined {
    if (!this.#states.get(tenantId)?.rules) return NO_RULES;
    return this.#ready.get(tenantId)?.rules;
  }

  /** @throws AppError database_unavailable */
  async load(tenantId: string): Promise<RuleSet> {
    const loading = this.#loading.get(tenantId) ?? this.#load(tenantId);
    this.#loading.set(tenantId, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(tenantId);
    }
  }

  /** The version of the tenant's user priorities; undefined when there are none. */
  usersVersion(tenantId: string): number | undefined {
    const state = this.#states.get(tenantId);
    return state?.users ? state.usersVersion : undefined;
  }

  async #read(): Promise<void> {
    this.#states = await this.store.states();
    for (const [tenantId, { version }] of this.#ready.entries()) {
      const state = this.#states.get(tenantId);
      if (!state?.rules) this.#ready.delete(tenantId);
      else if (state.rulesVersion !== version) await this.#load(tenantId);
    }
  }

  /** Rules that are newer than the version read before them are only read once more. */
  async #load(tenantId: string): Promise<RuleSet> {
    const version = this.#states.get(tenantId)?.rulesVersion ?? 0;
    const rules = await compileRules(tenantId, await this.store.list(tenantId), this.log);
    this.#ready.set(tenantId, { version, rules });
    return rules;
  }
}
