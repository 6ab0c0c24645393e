import { AppError, type Usage } from '#contracts';
import { type Metrics } from '#observability';
import { type ProviderEvent } from '#providers';
import { NotCalled } from './call-provider.js';

/** Of which model of which provider. */
export interface CallLabels {
  readonly provider: string;
  readonly model: string;
}

/** Measures one call. Nothing is observed for a piece of an answer: there may be thousands in a second. */
export class CallWatch {
  readonly #startedAt = performance.now();
  #firstAt = 0;
  #lastAt = 0;
  #pieces = 0;

  constructor(
    private readonly labels: CallLabels,
    private readonly metrics: Metrics,
  ) {}

  take(event: ProviderEvent): void {
    if (!isSaid(event) || event.type === 'reasoning') return;
    this.#lastAt = performance.now();
    if (this.#pieces === 0) this.#firstAt = this.#lastAt;
    this.#pieces += 1;
  }

  succeeded({ promptTokens, completionTokens }: Usage): void {
    const { labels } = this;
    this.metrics.providerRequests.inc({ ...labels, outcome: 'ok' });
    this.metrics.tokens.inc({ ...labels, direction: 'input' }, promptTokens);
    this.metrics.tokens.inc({ ...labels, direction: 'output' }, completionTokens);
    this.#observe();
  }

  /** A call that could not be made is none. */
  failed(error: unknown): void {
    if (error instanceof NotCalled) return;
    const isFailure = error instanceof AppError;
    this.metrics.providerRequests.inc({ ...this.labels, outcome: isFailure ? 'error' : 'stopped' });
    if (isFailure) this.metrics.providerErrors.inc({ ...this.labels, code: error.code });
    this.#observe();
  }

  #observe(): void {
    const { providerLatency, timeToFirstToken, interToken } = this.metrics;
    providerLatency.observe(this.labels, (performance.now() - this.#startedAt) / 1_000);
    if (this.#pieces === 0) return;
    timeToFirstToken.observe(this.labels, (this.#firstAt - this.#startedAt) / 1_000);
    if (this.#pieces === 1) return;
    interToken.observe(this.labels, (this.#lastAt - this.#firstAt) / (this.#pieces - 1) / 1_000);
  }
}

/** Tool calls and thoughts are words too, though they are not in the text. */
export function isSaid({ type }: ProviderEvent): boolean {
  return type === 'delta' || type === 'tool_call' || type === 'reasoning';
}
