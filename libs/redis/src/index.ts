export * from './lua.js';
export * from './redis-connections.js';
export * from './redis.module.js';
