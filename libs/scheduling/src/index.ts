export * from './leader.js';
export * from './reconciler.js';
export * from './schedule-loss.js';
export * from './scheduling.module.js';
