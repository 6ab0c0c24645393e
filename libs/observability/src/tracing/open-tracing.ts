import { type Log } from '../log.js';
import { NoTracing, type Tracing } from './tracing.js';

export interface TracingOptions {
  /** Of the collector, without `/v1/traces`. */
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly service: string;
  readonly program: string;
  /** Of several processes of a program. */
  readonly instance: string;
  readonly version: string;
  /** Of traces that begin here. */
  readonly sampleRatio: number;
  readonly contents: boolean;
  readonly toProviders: boolean;
}

/** Undefined: nobody collects, and then nothing of OpenTelemetry is even loaded. */
export async function openTracing(options: TracingOptions | undefined, log: Log): Promise<Tracing> {
  if (!options) return new NoTracing();
  const { OtelTracing } = await import('./otel-tracing.js');
  return new OtelTracing(options, log);
}
