export * from './health.js';
export * from './log.js';
export * from './logger.js';
export * from './metrics.js';
export { type Bound, type Definition, type Role, ROLES, unitOf } from './metrics/definition.js';
export { METRICS } from './metrics/table.js';
