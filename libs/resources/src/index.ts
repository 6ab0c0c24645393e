export * from './allocation-sweep.js';
export * from './allocations.js';
export * from './resource-capacity.js';
export * from './resource-watch.js';
export * from './resources.js';
export * from './resources.module.js';
