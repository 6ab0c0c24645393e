export * from './health.js';
export * from './log.js';
export * from './logger.js';
export * from './metrics.js';
export { type Bound, type Definition, type Role, ROLES, unitOf } from './metrics/definition.js';
export { METRICS } from './metrics/table.js';
export { openTracing, type TracingOptions } from './tracing/open-tracing.js';
export { placeOf, traceTags } from './tracing/traceparent.js';
export { type Attributes, NO_SPAN, NoTracing, type Span, Tracing } from './tracing/tracing.js';
