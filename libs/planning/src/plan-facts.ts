import { type Facts } from '#ledger';
import { NO_PLAN, type PlanningState } from './planning-state.js';
import { NO_STANDING_ORDERS, type StandingOrders } from './standing-orders.js';

const STATE = 'scheduler_plan';
const ORDERS = 'scheduler_orders';

/** Operators at the same moment; more than a few times in a row is none of that. */
const MOST_TRIES = 10;

/** The plan and the operators' orders in the ledger: the next leader goes on from there, and every gateway can show them. */
export class PlanFacts {
  constructor(private readonly facts: Facts) {}

  async readState(): Promise<PlanningState> {
    return parse(await this.facts.read(STATE), NO_PLAN);
  }

  async writeState(state: PlanningState): Promise<void> {
    await this.facts.write(STATE, JSON.stringify(state));
  }

  async readOrders(): Promise<StandingOrders> {
    return parse(await this.facts.read(ORDERS), NO_STANDING_ORDERS);
  }

  /** Undefined when others keep changing them. */
  async changeOrders(
    change: (before: StandingOrders) => StandingOrders,
  ): Promise<StandingOrders | undefined> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const before = await this.facts.read(ORDERS);
      const after = change(parse(before, NO_STANDING_ORDERS));
      if (await this.facts.replace(ORDERS, before, JSON.stringify(after))) return after;
    }
    return undefined;
  }
}

function parse<T>(fact: string | undefined, none: T): T {
  return fact === undefined ? none : (JSON.parse(fact) as T);
}
