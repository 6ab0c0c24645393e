export * from './count-tokens.js';
export { CatalogProvider } from './catalog-provider.js';
export { OpenAiCompatible } from './openai-compatible/openai-compatible.provider.js';
export * from './provider.js';
export { Simulator } from './simulator/simulator.provider.js';
export * from './providers.module.js';
