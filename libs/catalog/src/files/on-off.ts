import { buildKeys } from './build-provider.js';
import { type Variables, variablesIn } from './interpolate.js';
import { type ProviderEntry } from './providers-schema.js';

/**
 * Why a provider is off; undefined when it is on. It is on with its `enabled_by` variables, or else with a key; one
 * that names neither always is. `written` is its entry before the variables were put in.
 */
export function offBecause(entry: ProviderEntry, written: unknown, variables: Variables): string | undefined {
  if (!entry.enabled) return 'enabled is false';
  if (entry.enabled_by) {
    const isSet = entry.enabled_by.some((name) => (variables.get(name) ?? '') !== '');
    return isSet ? undefined : `set ${entry.enabled_by.join(' or ')}`;
  }
  if (entry.keys.length === 0 || buildKeys(entry).length > 0) return undefined;
  const names = variablesIn(JSON.stringify((written as { keys?: unknown }).keys ?? ''));
  return names.length === 0 ? 'it has no key' : `set ${names.join(' or ')}`;
}
