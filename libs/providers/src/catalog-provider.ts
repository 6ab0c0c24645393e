import { isDeepStrictEqual } from 'node:util';
import { type Catalogs, type ProviderSpec } from '#catalog';
import { type ChatRequest, type ParameterName } from './chat.js';
import { type Provider, type ProviderEvent, type Via } from './provider.js';

/** An adapter and the calls that it makes. */
interface Opened {
  spec: ProviderSpec;
  readonly adapter: Provider;
  calls: number;
}

/**
 * A provider of the catalog. When the catalog says something else of it than before, the next call is made by a new
 * adapter; the old one is closed behind the last of its own calls.
 */
export class CatalogProvider implements Provider {
  #opened: Opened;

  constructor(
    readonly name: string,
    private readonly catalogs: Pick<Catalogs, 'now'>,
    private readonly open: (spec: ProviderSpec) => Provider,
  ) {
    this.#opened = this.#openAs(this.spec);
  }

  get model(): string {
    return this.spec.defaultModel;
  }

  get maxConcurrency(): number {
    return this.spec.maxConcurrency;
  }

  get ignores(): readonly ParameterName[] {
    return this.#current().adapter.ignores;
  }

  async *stream(request: ChatRequest, via: Via, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
    const opened = this.#current();
    opened.calls += 1;
    try {
      yield* opened.adapter.stream(request, via, signal);
    } finally {
      opened.calls -= 1;
      this.#closeIfLeft(opened);
    }
  }

  async close(): Promise<void> {
    await this.#opened.adapter.close();
  }

  /** Providers neither come nor go while a process runs. */
  get spec(): ProviderSpec {
    return this.catalogs.now.provider(this.name)!;
  }

  #current(): Opened {
    const [before, spec] = [this.#opened, this.spec];
    if (before.spec === spec) return before;
    if (isDeepStrictEqual(before.spec, spec)) {
      before.spec = spec;
      return before;
    }
    this.#opened = this.#openAs(spec);
    this.#closeIfLeft(before);
    return this.#opened;
  }

  #openAs(spec: ProviderSpec): Opened {
    return { spec, adapter: this.open(spec), calls: 0 };
  }

  #closeIfLeft(opened: Opened): void {
    if (opened === this.#opened || opened.calls > 0) return;
    // Nobody waits for it, and a connection that does not close cleanly is gone all the same.
    void opened.adapter.close().catch(() => undefined);
  }
}
