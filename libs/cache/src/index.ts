export * from './cache.module.js';
export * from './key.js';
export * from './memory-results.js';
export * from './redis-results.js';
export * from './result-cache.js';
export * from './results.js';
