import { type FieldMeta, formatDuration } from './fields.js';
import { LEAVES } from './leaves.js';
import { type Config } from './schema.js';

/** What one setting has come to. */
export interface EffectiveSetting {
  readonly name: string;
  readonly env: string;
  readonly value: unknown;
}

const SET = '(set)';

/** What the whole configuration has come to, for people; of a secret only whether there is one. */
export class EffectiveSettings {
  constructor(private readonly config: Config) {}

  list(): EffectiveSetting[] {
    return LEAVES.map(({ path, meta }) => {
      const value = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], this.config);
      return { name: path.join('.'), env: meta.env, value: shown(value, meta) };
    });
  }
}

function shown(value: unknown, { secret, unit }: FieldMeta): unknown {
  if (value === undefined || value === '') return null;
  if (secret) return Array.isArray(value) && value.length === 0 ? null : SET;
  return unit === 'ms' && typeof value === 'number' ? formatDuration(value) : value;
}
