import {
  diag,
  DiagLogLevel,
  ROOT_CONTEXT,
  type Context,
  type Span as OtelSpan,
  SpanKind as OtelKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { AppError } from '#contracts';
import { type Log } from '../log.js';
import { type TracingOptions } from './open-tracing.js';
import { placeOf, traceparentOf } from './traceparent.js';
import { type Attributes, type Span, type SpanKind, Tracing } from './tracing.js';

/** Spans that wait for the collector; more are dropped. */
const MAX_WAITING = 4_096;
const EVERY_MS = 2_000;
const TIMEOUT_MS = 5_000;
/** Of contents, where they are recorded. */
const MAX_ATTRIBUTE_LENGTH = 65_536;

const KINDS: Readonly<Record<SpanKind, OtelKind>> = {
  server: OtelKind.SERVER,
  client: OtelKind.CLIENT,
  consumer: OtelKind.CONSUMER,
  internal: OtelKind.INTERNAL,
};

/** Sends spans to a collector over OTLP. The only file that knows OpenTelemetry: it is loaded where it is wanted. */
export class OtelTracing extends Tracing {
  readonly enabled = true;
  readonly #provider: TracerProvider;
  readonly #tracer: Tracer;

  constructor(
    private readonly options: TracingOptions,
    log: Log,
  ) {
    super();
    tellFailures(log);
    this.#provider = openProvider(options);
    this.#tracer = this.#provider.getTracer('llm-message-queue', options.version);
  }

  start(name: string, kind: SpanKind, parent: string | undefined, attributes?: Attributes): Span {
    return this.#begin(name, kind, contextOf(parent), attributes);
  }

  close(): Promise<void> {
    return this.#provider.shutdown();
  }

  #begin(name: string, kind: SpanKind, context: Context, attributes: Attributes = {}): Span {
    const span = this.#tracer.startSpan(name, { kind: KINDS[kind], attributes: known(attributes) }, context);
    const begin = (child: string, ofKind: SpanKind, about?: Attributes) =>
      this.#begin(child, ofKind, trace.setSpan(ROOT_CONTEXT, span), about);
    return new Recorded(span, begin, this.options);
  }
}

/** A span as the rest of us sees it. */
class Recorded implements Span {
  readonly traceparent: string;
  readonly forProvider: string | undefined;

  constructor(
    private readonly span: OtelSpan,
    private readonly begin: Span['child'],
    private readonly options: TracingOptions,
  ) {
    const { traceId, spanId, traceFlags } = span.spanContext();
    this.traceparent = traceparentOf({ traceId, spanId, sampled: (traceFlags & TraceFlags.SAMPLED) !== 0 });
    this.forProvider = options.toProviders ? this.traceparent : undefined;
  }

  child(name: string, kind: SpanKind, attributes?: Attributes): Span {
    return this.begin(name, kind, attributes);
  }

  set(attributes: Attributes): void {
    this.span.setAttributes(known(attributes));
  }

  event(name: string): void {
    this.span.addEvent(name);
  }

  contents(of: () => Attributes): void {
    if (this.options.contents && this.span.isRecording()) this.set(of());
  }

  /** By its code alone: what an error says may repeat what a user has said. */
  fail(error: unknown): void {
    this.span.setAttribute('error.type', typeOf(error));
    this.span.setStatus({ code: SpanStatusCode.ERROR });
  }

  end(): void {
    this.span.end();
  }
}

function typeOf(error: unknown): string {
  if (typeof error === 'string') return error;
  if (error instanceof AppError) return error.code;
  return error instanceof Error ? error.name : 'unknown';
}

function openProvider(options: TracingOptions): TracerProvider {
  const { endpoint, headers, service, program, instance, version, sampleRatio } = options;
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
  const exporter = new OTLPTraceExporter({ url, headers: { ...headers }, timeoutMillis: TIMEOUT_MS });
  return new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'llm-message-queue',
      'service.instance.id': instance,
      'service.version': version,
      'llmq.program': program,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(sampleRatio) }),
    spanLimits: { attributeValueLengthLimit: MAX_ATTRIBUTE_LENGTH },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        maxQueueSize: MAX_WAITING,
        scheduledDelayMillis: EVERY_MS,
        exportTimeoutMillis: TIMEOUT_MS,
      }),
    ],
  });
}

/** A collector that is away is no reason for more than a word. */
function tellFailures(log: Log): void {
  const tell = (message: string) => log.warn({ reason: message.slice(0, 500) }, 'traces are not collected');
  const ignore = () => undefined;
  const logger = { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

function contextOf(parent: string | undefined): Context {
  const place = placeOf(parent);
  if (!place) return ROOT_CONTEXT;
  const { traceId, spanId, sampled } = place;
  const traceFlags = sampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

function known(attributes: Attributes) {
  const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string | number | boolean | string[]>;
}
