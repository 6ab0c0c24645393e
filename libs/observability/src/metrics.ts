import { collectDefaultMetrics, Registry } from 'prom-client';
import { type Role, ROLES } from './metrics/definition.js';
import { type InstrumentsOf, instrumentsOf } from './metrics/instruments.js';
import { METRICS, type MetricsTable } from './metrics/table.js';

/** Of each program; any other name has all of them. */
const ROLE_OF: Readonly<Record<string, readonly Role[]>> = {
  'api-gateway': ['gateway'],
  'queue-manager': ['worker'],
  scheduler: ['scheduler'],
};

class Instrumented {
  constructor(readonly registry: Registry) {
    Object.assign(this, instrumentsOf(METRICS, registry));
  }
}

/** A field for each entry of the table, which TypeScript cannot see by itself. */
const WithInstruments = Instrumented as new (
  registry: Registry,
) => Instrumented & InstrumentsOf<MetricsTable>;

/** Every metric of the system, made once per process; labels never hold ids of users, tenants or messages. */
export class Metrics extends WithInstruments {
  readonly #measurements: (() => Promise<void> | void)[] = [];

  constructor() {
    super(new Registry());
    collectDefaultMetrics({ register: this.registry });
  }

  /** From now on the process shows only what it measures: no other one's gauge with a 0. */
  keepOnly(program: string): void {
    const roles = ROLE_OF[program] ?? ROLES;
    for (const { name, roles: measuring } of Object.values(METRICS))
      if (!measuring.some((role) => roles.includes(role))) this.registry.removeSingleMetric(name);
  }

  /** `measure` sets what is worth nothing until somebody looks. */
  beforeEachLook(measure: () => Promise<void> | void): void {
    this.#measurements.push(measure);
  }

  /** What Prometheus reads; what cannot be measured now has its last value. */
  async text(): Promise<string> {
    await Promise.allSettled(this.#measurements.map(async (measure) => measure()));
    return this.registry.metrics();
  }
}
