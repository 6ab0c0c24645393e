export * from './dispatch.module.js';
export * from './dispatcher.js';
export * from './lease-keeper.js';
export * from './runs.js';
