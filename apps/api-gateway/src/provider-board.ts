import { type Catalogs, type ProviderSpec } from '#catalog';
import { AppError } from '#contracts';
import { type EndpointNow, type Endpoints } from '#endpoints';
import { type CallOutcome, type CallOutcomes, type UsageReader, type UsageSum } from '#ledger';
import { type Clock } from '#runtime';
import { type QueueView } from '#walk';

/** Calls of this time are counted. */
const LOOK_BACK_MS = 3_600_000;

/** A provider as the catalog has it, and how it is doing. */
export interface ProviderNow {
  readonly spec: ProviderSpec;
  readonly endpoints: readonly EndpointNow[];
  /** For how long it takes nothing; 0: it takes calls. */
  readonly pausedMs: number;
  /** What the caller's tenant has called it in the last hour; undefined: nothing. */
  readonly used: UsageSum | undefined;
  /** How these calls ended. */
  readonly outcome: CallOutcome | undefined;
}

/** The providers that are on, for whoever wants to see them. */
export class ProviderBoard {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly endpoints: Endpoints,
    private readonly view: QueueView,
    private readonly usage: UsageReader,
    private readonly outcomes: CallOutcomes,
    private readonly clock: Clock,
  ) {}

  get names(): readonly string[] {
    return this.catalogs.now.lanes.toSorted();
  }

  /** @throws AppError provider_unknown */
  specOf(name: string): ProviderSpec {
    const spec = this.catalogs.now.provider(name);
    if (spec) return spec;
    const why = this.catalogs.now.offBecause(name) ?? `it must be one of ${this.names.join(', ')}`;
    throw new AppError('provider_unknown', `There is no provider ${name}: ${why}`);
  }

  /** @throws AppError database_unavailable */
  async all(tenantId: string): Promise<ProviderNow[]> {
    const now = this.clock.now();
    const [from, to] = [now - LOOK_BACK_MS, now].map((ms) => new Date(ms));
    const [endpoints, { groups }, outcomes] = await Promise.all([
      this.endpoints.list(),
      this.usage.of(tenantId, { group_by: 'provider', from: from!, to: to! }),
      this.outcomes.since(tenantId, from!),
    ]);
    return this.names.map((name) => ({
      spec: this.specOf(name),
      endpoints: endpoints.filter(([{ provider }]) => provider === name),
      pausedMs: this.view.pausedMs(name),
      used: groups.get(name),
      outcome: outcomes.get(name),
    }));
  }

  /** @throws AppError provider_unknown, database_unavailable */
  async one(tenantId: string, name: string): Promise<ProviderNow> {
    this.specOf(name);
    return (await this.all(tenantId)).find(({ spec }) => spec.name === name)!;
  }
}
