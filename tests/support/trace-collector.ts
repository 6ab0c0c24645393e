import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

type Value = {
  stringValue?: string;
  intValue?: string | number;
  doubleValue?: number;
  boolValue?: boolean;
} & {
  arrayValue?: { values: Value[] };
};

interface Attribute {
  readonly key: string;
  readonly value: Value;
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly Attribute[];
  readonly status?: { readonly code?: number };
  readonly events?: readonly { readonly name: string }[];
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** A span as it came; kinds are those of OTLP: 2 server, 3 client, 5 consumer. */
export interface CollectedSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly name: string;
  readonly kind: number;
  readonly program: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events: readonly string[];
  readonly failed: boolean;
}

/** A collector that takes OTLP over HTTP, in JSON, and keeps what it got. */
export class TraceCollector {
  readonly spans: CollectedSpan[] = [];
  /** Of every request. */
  readonly headers: IncomingMessage['headers'][] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#take(request, response);
    });
  }

  static async start(): Promise<TraceCollector> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TraceCollector(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  /** The spans of a trace. */
  of(traceId: string): CollectedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.url !== '/v1/traces') return void response.writeHead(404).end();
    const { resourceSpans } = (await json(request)) as OtlpRequest;
    this.headers.push(request.headers);
    for (const { resource, scopeSpans } of resourceSpans)
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push(collected(span, readable(resource.attributes)['llmq.program']));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }
}

function collected(span: OtlpSpan, program: unknown): CollectedSpan {
  const { traceId, spanId: id, name, kind, status, events = [] } = span;
  return {
    traceId,
    id,
    parent: span.parentSpanId || undefined,
    name,
    kind,
    program,
    attributes: readable(span.attributes),
    events: events.map((event) => event.name),
    failed: status?.code === 2,
  };
}

function readable(attributes: readonly Attribute[]): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, valueOf(value)]));
}

function valueOf({ stringValue, intValue, doubleValue, boolValue, arrayValue }: Value): unknown {
  if (arrayValue) return arrayValue.values.map(valueOf);
  return stringValue ?? (intValue === undefined ? (doubleValue ?? boolValue) : Number(intValue));
}
