export * from './leader.js';
export * from './reconciler.js';
export * from './scheduling.module.js';
