import { type ProviderSpec } from '#catalog';
import { type Via } from './provider.js';

/** The first endpoint and the first key, for tests that have nothing to balance. */
export function firstWay({ endpoints: [endpoint], keys: [key] }: ProviderSpec): Via {
  return { endpoint: endpoint!, key };
}
