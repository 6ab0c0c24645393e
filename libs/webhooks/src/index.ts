export * from './callback-guard.js';
export * from './callback-secrets.js';
export * from './deliver-callbacks.js';
export * from './tell-dead-letters.js';
export * from './webhooks.module.js';
