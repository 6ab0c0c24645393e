export * from './memory-reply-log.js';
export * from './redis-reply-log.js';
export * from './reply-log.js';
export * from './reply-streams.js';
export * from './reply-writer.js';
export * from './streaming.module.js';
