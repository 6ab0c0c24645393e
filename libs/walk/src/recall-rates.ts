import { type Catalogs, type ProviderSpec } from '#catalog';
import { type PastCalls } from '#ledger';
import { type PastCall, type Rates } from '#limits';
import { type Log } from '#observability';
import { isLimited, rateName } from './key-rates.js';

/** Tells a process that counts its calls in memory what it has forgotten by a restart. */
export class RecallRates {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly calls: PastCalls,
    private readonly rates: Rates,
    private readonly log: Log,
  ) {}

  /** Never throws: a provider that is called too often says so. */
  async run(): Promise<void> {
    const limited = this.catalogs.now.providers.filter(hasLimits).map(({ name }) => name);
    if (limited.length === 0) return;
    try {
      for (const [name, calls] of byName(await this.calls.of(limited))) await this.rates.recall(name, calls);
    } catch (err) {
      this.log.warn({ err }, 'how often providers were called before this start is not known');
    }
  }
}

function hasLimits({ limits, keys }: ProviderSpec): boolean {
  return [limits, ...keys.map((key) => key.limits)].some(isLimited);
}

/** By the names under which rates are kept: of the account, and of each key. */
function byName(rows: Awaited<ReturnType<PastCalls['of']>>): ReadonlyMap<string, readonly PastCall[]> {
  const named = rows.flatMap(({ provider, key_id, at_ms, requests, tokens }) => {
    const call = { atMs: at_ms, requests, tokens };
    const names = [rateName(provider), ...(key_id === null ? [] : [rateName(provider, key_id)])];
    return names.map((name) => ({ name, call }));
  });
  return new Map(
    [...Map.groupBy(named, ({ name }) => name)].map(([name, all]) => [name, all.map(({ call }) => call)]),
  );
}
