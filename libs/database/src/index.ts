export * from './database.js';
export * from './database.module.js';
export { FolderInUseError, FolderLock } from './folder-lock.js';
export * from './open-database.js';
export * from './pending-migrations.js';
export * from './pool.js';
export * from './probe-postgres.js';
export * from './typeorm.js';
export * from './without-end.js';
