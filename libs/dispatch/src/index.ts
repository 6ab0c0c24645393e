export * from './dispatcher.js';
export * from './lease-keeper.js';
export * from './dispatch.module.js';
