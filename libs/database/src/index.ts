export * from './database.js';
export * from './database.module.js';
export { FolderInUseError } from './folder-lock.js';
export * from './open-database.js';
export * from './pool.js';
export * from './typeorm.js';
export * from './without-end.js';
