export * from './grant.lua.js';
export * from './memory-slots.js';
export * from './redis-slots.js';
export * from './slots.js';
export * from './limits.module.js';
