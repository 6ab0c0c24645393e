export * from './balancing-desk.js';
export * from './endpoint-board.js';
export * from './endpoints.js';
export * from './endpoints.module.js';
export { ProviderSpecs } from './provider-specs.js';
export { UpstreamSync } from './upstream-sync.js';
export * from './upstreams.module.js';
