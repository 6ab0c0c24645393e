/** Version, trace, span, flags; a later version may have more behind. */
const FORM = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/** A place in a trace. */
export interface TracePlace {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** What a W3C `traceparent` says; undefined: it is none. */
export function placeOf(traceparent: unknown): TracePlace | undefined {
  const match = typeof traceparent === 'string' ? FORM.exec(traceparent) : null;
  if (!match) return undefined;
  const [, traceId, spanId, flags] = match;
  return { traceId: traceId!, spanId: spanId!, sampled: (Number.parseInt(flags!, 16) & 1) === 1 };
}

export function traceparentOf({ traceId, spanId, sampled }: TracePlace): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

/** For the log lines about a message: nothing where nobody traces. */
export function traceTags(traceparent: string | undefined): { readonly trace_id?: string } {
  const place = placeOf(traceparent);
  return place ? { trace_id: place.traceId } : {};
}
