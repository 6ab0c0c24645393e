export * from './command-line.js';
export { type DayFloor } from './day-floors.js';
export { formatDuration, parseDuration } from './fields.js';
export * from './leaves.js';
export * from './load-config.js';
export * from './schema.js';
export { PLANNING_STRATEGIES, type PlanningStrategy } from './sections/planning.js';
export * from './settings.js';
export { type TenantPolicy } from './tenant-policy.js';
