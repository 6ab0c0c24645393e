import { AppError, type NewPriorityRule, newId, type PriorityRule } from '#contracts';
import { type ControlBus } from '#control';
import { type Database } from '#database';
import { type RuleBook } from './rule-book.js';
import { type RuleStore } from './rule-store.js';

/** The rules as clients see and change them: a change is in force here at once, elsewhere a moment later. */
export class PriorityRules {
  constructor(
    private readonly store: RuleStore,
    private readonly database: Database,
    private readonly book: RuleBook,
    private readonly bus: ControlBus,
  ) {}

  /** @throws AppError invalid_request, limit_reached, database_unavailable */
  create(tenantId: string, rule: NewPriorityRule): Promise<PriorityRule> {
    return this.#change(tenantId, () => this.store.insert(tenantId, newId('rule'), rule));
  }

  /** @throws AppError rule_not_found, invalid_request, limit_reached, database_unavailable */
  replace(tenantId: string, id: string, rule: NewPriorityRule): Promise<PriorityRule> {
    return this.#change(tenantId, async () => required(id, await this.store.replace(tenantId, id, rule)));
  }

  /** @throws AppError rule_not_found, database_unavailable */
  async delete(tenantId: string, id: string): Promise<void> {
    await this.#change(tenantId, async () =>
      required(id, (await this.store.delete(tenantId, id)) || undefined),
    );
  }

  /** @throws AppError rule_not_found, database_unavailable */
  async get(tenantId: string, id: string): Promise<PriorityRule> {
    return required(id, await this.database.answer(() => this.store.get(tenantId, id)));
  }

  /** In the order in which they are tried. */
  list(tenantId: string): Promise<PriorityRule[]> {
    return this.database.answer(() => this.store.list(tenantId));
  }

  async #change<T>(tenantId: string, write: () => Promise<T>): Promise<T> {
    const changed = await this.database.answer(write);
    this.bus.publish('preprocessing.changed', { tenantId });
    await this.book.refresh();
    return changed;
  }
}

function required<T>(id: string, found: T | undefined): T {
  if (found === undefined) throw new AppError('rule_not_found', `There is no rule ${id}`);
  return found;
}
