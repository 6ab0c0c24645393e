export * from './band-picker.js';
export * from './dispatch.module.js';
export * from './dispatcher.js';
export * from './heartbeat.js';
export * from './lanes.js';
export * from './lease-keeper.js';
export * from './runs.js';
export * from './slot-plan.js';
