export * from './gathered-script.js';
export * from './lua.js';
export * from './probe-redis.js';
export * from './redis-connections.js';
export * from './redis.module.js';
