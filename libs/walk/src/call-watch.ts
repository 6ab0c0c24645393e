import { AppError, type Usage } from '#contracts';
import { type Metrics, type Span } from '#observability';
import { type ChatRequest, type ProviderEvent, type Via } from '#providers';
import { NotCalled } from './call-provider.js';
import { answerAttributes, requestAttributes, saidAttributes } from './call-attributes.js';

/** Of which model of which provider. */
export interface CallLabels {
  readonly provider: string;
  readonly model: string;
}

export interface WatchedRequest {
  readonly labels: CallLabels;
  /** What the provider speaks. */
  readonly kind: string;
  readonly request: ChatRequest;
  /** Whose part the call is. */
  readonly span: Span;
}

/** What an answer was. */
export interface Said {
  readonly usage: Usage;
  readonly reason: string | null;
  readonly text: string;
}

/** Measures one call, and is its span. Nothing is observed for a piece of an answer: there may be thousands in a second. */
export class CallWatch {
  readonly #startedAt = performance.now();
  readonly #span: Span;
  readonly #labels: CallLabels;
  #firstAt = 0;
  #lastAt = 0;
  #pieces = 0;

  constructor(
    private readonly watched: WatchedRequest,
    private readonly metrics: Metrics,
  ) {
    this.#labels = watched.labels;
    this.#span = watched.span.child(`chat ${this.#labels.model}`, 'client');
    if (this.#span.traceparent !== undefined) this.#span.set(requestAttributes(watched));
  }

  /** For the provider, where it is to be told. */
  get traceparent(): string | undefined {
    return this.#span.forProvider;
  }

  /** The way that is tried now. */
  goes({ endpoint: { id, url } }: Via): void {
    if (this.#span.traceparent === undefined) return;
    const at = URL.parse(url);
    const port = at && Number(at.port || (at.protocol === 'http:' ? 80 : 443));
    this.#span.set({
      'llmq.endpoint': id,
      'server.address': at?.hostname,
      'server.port': port ?? undefined,
    });
  }

  take(event: ProviderEvent): void {
    if (!isSaid(event) || event.type === 'reasoning') return;
    this.#lastAt = performance.now();
    if (this.#pieces === 0) {
      this.#firstAt = this.#lastAt;
      this.#span.event('first token');
    }
    this.#pieces += 1;
  }

  succeeded(said: Said): void {
    const { promptTokens, completionTokens } = said.usage;
    this.metrics.providerRequests.inc({ ...this.#labels, outcome: 'ok' });
    this.metrics.tokens.inc({ ...this.#labels, direction: 'input' }, promptTokens);
    this.metrics.tokens.inc({ ...this.#labels, direction: 'output' }, completionTokens);
    this.#observe();
    this.#span.set(answerAttributes(said));
    this.#span.contents(() => saidAttributes(this.watched.request, said));
    this.#span.end();
  }

  /** A call that could not be made is none. */
  failed(error: unknown): void {
    this.#span.fail(error);
    this.#span.end();
    if (error instanceof NotCalled) return;
    const isFailure = error instanceof AppError;
    this.metrics.providerRequests.inc({ ...this.#labels, outcome: isFailure ? 'error' : 'stopped' });
    if (isFailure) this.metrics.providerErrors.inc({ ...this.#labels, code: error.code });
    this.#observe();
  }

  #observe(): void {
    const { providerLatency, timeToFirstToken, interToken } = this.metrics;
    providerLatency.observe(this.#labels, (performance.now() - this.#startedAt) / 1_000);
    if (this.#pieces === 0) return;
    timeToFirstToken.observe(this.#labels, (this.#firstAt - this.#startedAt) / 1_000);
    if (this.#pieces === 1) return;
    interToken.observe(this.#labels, (this.#lastAt - this.#firstAt) / (this.#pieces - 1) / 1_000);
  }
}

/** Tool calls and thoughts are words too, though they are not in the text. */
export function isSaid({ type }: ProviderEvent): boolean {
  return type === 'delta' || type === 'tool_call' || type === 'reasoning';
}
