export * from './command-line.js';
export { formatDuration, parseDuration } from './fields.js';
export * from './leaves.js';
export * from './load-config.js';
export * from './schema.js';
export * from './settings.js';
