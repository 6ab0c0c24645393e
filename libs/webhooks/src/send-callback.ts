import { Agent, request } from 'undici';
import { type WebhookSettings } from '#config';
import { type StoredCallback } from '#ledger';
import { NO_SPAN, type Span, type Tracing } from '#observability';
import { type CallbackGuard } from './callback-guard.js';
import { signatureHeaders } from './sign.js';

/** Of an answer at most this much is taken off the wire, so that the connection can be used again. */
const MAX_ANSWER_BYTES = 16_384;

type Traced = Omit<StoredCallback, 'origin'>;

/** What is delivered, and for whom. */
interface Delivery {
  readonly id: string;
  readonly tenantId: string;
}

/** What came of a try. */
export interface Answered {
  /** Null: there was no answer. */
  readonly status: number | null;
  readonly error: string;
  readonly retryAfterMs: number;
}

/** One try to deliver an event: a POST that follows nothing and reads nothing. */
export class SendCallback {
  readonly #agent: Agent;

  constructor(
    guard: CallbackGuard,
    private readonly settings: WebhookSettings,
    private readonly tracing: Tracing,
  ) {
    const { timeout, per_destination } = settings.value;
    this.#agent = new Agent({
      connect: guard.connector({ timeout }),
      connections: per_destination,
      headersTimeout: timeout,
      bodyTimeout: timeout,
      keepAliveTimeout: 10_000,
    });
  }

  /** Never throws. */
  async run(delivery: Delivery, callback: Traced, body: string): Promise<Answered> {
    const span = this.#begin(delivery.id, callback);
    const answered = await this.#send(delivery, callback, body, span.traceparent);
    if (answered.status !== null) span.set({ 'http.response.status_code': answered.status });
    if (answered.status === null || answered.status >= 400) span.fail(String(answered.status ?? 'no_answer'));
    span.end();
    return answered;
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #begin(id: string, { url, traceparent }: Traced): Span {
    if (!this.tracing.enabled) return NO_SPAN;
    const { hostname, port, protocol } = new URL(url);
    return this.tracing.start('POST callback', 'client', traceparent, {
      'http.request.method': 'POST',
      'server.address': hostname,
      'server.port': Number(port || (protocol === 'http:' ? 80 : 443)),
      'llmq.delivery.id': id,
    });
  }

  async #send(
    { id, tenantId }: Delivery,
    { url, token, headers = {} }: Traced,
    body: string,
    traceparent: string | undefined,
  ): Promise<Answered> {
    const { timeout } = this.settings.value;
    const signal = AbortSignal.timeout(timeout);
    try {
      const response = await request(url, {
        method: 'POST',
        dispatcher: this.#agent,
        signal,
        body,
        headers: {
          ...inLowerCase(headers),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(traceparent !== undefined && { traceparent }),
          'content-type': 'application/json',
          'user-agent': 'LLM-Service-Webhook/1.0',
          ...signatureHeaders(
            { id, timestampSeconds: Math.floor(Date.now() / 1_000), body },
            this.#secretsOf(tenantId),
          ),
        },
      });
      response.body.dump({ limit: MAX_ANSWER_BYTES, signal }).catch(() => undefined);
      return answeredBy(response);
    } catch (error) {
      const why = signal.aborted ? `no answer within ${timeout} ms` : withoutUrl(error);
      return { status: null, error: why, retryAfterMs: 0 };
    }
  }

  /** Those of the tenant, where it has any. */
  #secretsOf(tenantId: string): readonly string[] {
    const { secrets, tenant_secrets } = this.settings.value;
    return Object.hasOwn(tenant_secrets, tenantId) ? tenant_secrets[tenantId]! : secrets;
  }
}

/** So that what we say ourselves takes the place of what was asked for. */
function inLowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

interface Head {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

function answeredBy({ statusCode, headers }: Head): Answered {
  const seconds = Number(headers['retry-after']);
  return {
    status: statusCode,
    error: `the receiver answered ${statusCode}`,
    retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : 0,
  };
}

/** What went wrong, without the parts of the URL that may be secret. */
function withoutUrl(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return (message || code || 'the connection failed').replaceAll(/https?:\/\/\S+/g, '…').slice(0, 500);
}
