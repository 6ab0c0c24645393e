export * from './conversations.js';
export * from './prompts.js';
export * from './conversations.module.js';
