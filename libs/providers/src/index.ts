export * from './chat.js';
export * from './count-tokens.js';
export { CatalogProvider } from './catalog-provider.js';
export { exhaustedForMs, type LimitSeen, type LimitsSeen } from './limits-seen.js';
export { openProvider } from './kinds.js';
export * from './provider.js';
export * from './providers.module.js';
export { type UpstreamError, upstreamErrorOf } from './upstream-error.js';
