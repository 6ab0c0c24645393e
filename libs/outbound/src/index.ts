export * from './address-guard.js';
export * from './outbound.module.js';
