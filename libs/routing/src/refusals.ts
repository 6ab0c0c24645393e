import { type Catalog } from '#catalog';
import { AppError } from '#contracts';
import { type Candidate } from './request.js';

/** Of more names than this nobody reads the list. */
const MOST_NAMES = 20;

export function providerUnknown(catalog: Catalog, name: string): AppError {
  const off = catalog.offBecause(name);
  const message = `must be one of ${someOf(catalog.lanes)}`;
  return new AppError(
    'provider_unknown',
    off === undefined ? `There is no provider ${name}` : `The provider ${name} is off: ${off}`,
    { fields: [{ field: 'provider', message }] },
  );
}

/** `provider` is the one that was named with it. */
export function modelUnknown(catalog: Catalog, model: string, provider: string | undefined): AppError {
  const having = catalog.providers.filter(({ name }) => provider === undefined || name === provider);
  const { aliases, groups } = catalog.routing;
  const names = having.flatMap(({ models }) => models.map(({ id }) => id));
  const all = provider === undefined ? [...aliases.keys(), ...groups.keys(), ...names] : names;
  const message = `must be one of ${someOf([...new Set(all)])}`;
  const where = provider === undefined ? '' : ` at ${provider}`;
  return new AppError('model_unknown', `There is no model ${model}${where}`, {
    fields: [{ field: 'model', message }],
  });
}

export function taskTypeUnknown(catalog: Catalog, name: string): AppError {
  const message = `must be one of ${someOf(catalog.taskTypes.map((type) => type.name))}`;
  return new AppError('task_type_unknown', `There is no task type ${name}`, {
    fields: [{ field: 'task_type', message }],
  });
}

export function noTarget(candidates: readonly Candidate[], rule: string | undefined): AppError {
  const reasons = candidates
    .slice(0, MOST_NAMES)
    .map(({ provider, model, rejected }) => ({ field: `${provider}/${model}`, message: rejected ?? '' }));
  const where = rule === undefined ? '' : ` where ${rule} sends it`;
  const why = reasons.map(({ field, message }) => `${field} ${message}`).join('; ');
  return new AppError('no_target', `No model can serve the message${where}: ${why || 'none is there'}`, {
    fields: reasons,
  });
}

function someOf(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown}, …` : shown;
}
