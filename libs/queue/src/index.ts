export * from './bull-job-queue.js';
export * from './doorbell.js';
export * from './job-queue.js';
export { PostgresBullBackend } from './postgres/postgres-bull-backend.js';
export { RedisBullBackend } from './redis/redis-bull-backend.js';
export { RedisDoorbell } from './redis/redis-doorbell.js';
export * from './queue.module.js';
