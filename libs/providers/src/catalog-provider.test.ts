import { describe, expect, test } from 'vitest';
import { type ProviderSpec } from '#catalog';
import { catalogOf, modelSpec, providerSpec } from '../../../tests/support/specs.js';
import { CatalogProvider } from './catalog-provider.js';
import { firstWay } from './first-way.conformance.js';
import { type ProviderEvent } from './provider.js';

const signal = new AbortController().signal;
const request = { messages: [], model: 'm', requestId: 'req_1' };

/** A provider over a catalog that can be replaced, with adapters that say which one they are. */
function setup() {
  const catalogs = { now: catalogOf([providerSpec('kimi')]) };
  const opened: ProviderSpec[] = [];
  const closed: number[] = [];
  const provider = new CatalogProvider('kimi', catalogs, (spec) => {
    const number = opened.push(spec);
    return {
      spec,
      name: 'kimi',
      model: '',
      maxConcurrency: 1,
      ignores: [],
      async *stream(): AsyncGenerator<ProviderEvent> {
        yield { type: 'delta', text: `adapter ${number}` };
        await Promise.resolve();
        yield { type: 'finish', reason: 'stop' };
      },
      close: () => Promise.resolve(void closed.push(number)),
    };
  });
  const say = (more: Partial<ProviderSpec>) => (catalogs.now = catalogOf([providerSpec('kimi', more)]));
  const call = () => Array.fromAsync(provider.stream(request, firstWay(provider.spec), signal));
  return { provider, opened, closed, say, call };
}

describe('CatalogProvider', () => {
  test('is what the catalog says now', () => {
    const { provider, say } = setup();
    expect([provider.name, provider.model, provider.maxConcurrency]).toEqual(['kimi', 'kimi-1', 20]);
    say({ models: [modelSpec('other')], maxConcurrency: 3 });
    expect([provider.model, provider.maxConcurrency]).toEqual(['other', 3]);
  });

  test('calls with the same adapter for as long as nothing is said anew', async () => {
    const { opened, say, call } = setup();
    await call();
    say({});
    const [first] = await call();
    expect([first, opened.length]).toEqual([{ type: 'delta', text: 'adapter 1' }, 1]);
  });

  test('calls with a new adapter, and closes the old one behind its last call', async () => {
    const { provider, closed, say, call } = setup();
    const running = provider.stream(request, firstWay(provider.spec), signal);
    await running.next();
    say({ timeouts: { firstTokenMs: 1, idleMs: 1, totalMs: 1 } });
    expect((await call())[0]).toEqual({ type: 'delta', text: 'adapter 2' });
    expect(closed).toEqual([]);
    expect((await Array.fromAsync(running)).at(-1)).toMatchObject({ type: 'finish' });
    expect(closed).toEqual([1]);
    await provider.close();
    expect(closed).toEqual([1, 2]);
  });

  test('closes an adapter at once that makes no call, and one whose reader leaves', async () => {
    const { provider, closed, say, call } = setup();
    say({ maxConcurrency: 1 });
    await call();
    expect(closed).toEqual([1]);
    for await (const event of provider.stream(request, firstWay(provider.spec), signal)) {
      if (event.type === 'delta') say({ maxConcurrency: 2 });
      break;
    }
    await call();
    expect(closed).toEqual([1, 2]);
  });
});
