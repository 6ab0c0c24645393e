export * from './conversations.js';
export * from './prompts.js';
export * from './conversations.module.js';
export * from './sessions.js';
export * from './session-turns.js';
