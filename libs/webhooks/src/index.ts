export * from './callback-guard.js';
export * from './deliver-callbacks.js';
export * from './webhooks.module.js';
