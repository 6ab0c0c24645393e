/** What a span is to whoever called: `consumer` takes from a queue. */
export type SpanKind = 'server' | 'client' | 'consumer' | 'internal';

export type Attributes = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** A step of the way that a message takes; it must be ended. */
export interface Span {
  /** By which other processes go on, as W3C's `traceparent`; undefined: nobody traces. */
  readonly traceparent: string | undefined;
  /** The same where providers are to be told of it. */
  readonly forProvider: string | undefined;
  child(name: string, kind: SpanKind, attributes?: Attributes): Span;
  set(attributes: Attributes): void;
  event(name: string): void;
  /** What users and models have said: asked for only where it is recorded. */
  contents(of: () => Attributes): void;
  /** A text is the type of the error. */
  fail(error: unknown): void;
  end(): void;
}

/** Begins spans. The context is passed on by hand, in the message itself: nothing watches every call of the process. */
export abstract class Tracing {
  /** False: whoever has much to prepare for a span can leave it. */
  abstract readonly enabled: boolean;
  /** `parent`: a `traceparent`; what is none begins a trace. */
  abstract start(name: string, kind: SpanKind, parent: string | undefined, attributes?: Attributes): Span;
  /** Sends what was not sent yet. */
  abstract close(): Promise<void>;
}

/** Costs nothing. */
export const NO_SPAN: Span = {
  traceparent: undefined,
  forProvider: undefined,
  child: () => NO_SPAN,
  set: () => undefined,
  event: () => undefined,
  contents: () => undefined,
  fail: () => undefined,
  end: () => undefined,
};

/** While no collector is configured. */
export class NoTracing extends Tracing {
  readonly enabled = false;

  start(): Span {
    return NO_SPAN;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
