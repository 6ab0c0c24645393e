import { type Catalog } from '../catalog.js';
import { type Finding, repeated } from './check-providers.js';
import { jsonSchemaProblems } from './json-schema.js';
import { type Path } from './problem.js';
import { type TaskTypeSpec } from '../spec.js';

/** What is wrong with the task types. */
export function checkTaskTypes(catalog: Catalog): Finding[] {
  const { taskTypes } = catalog;
  return [
    ...repeated(taskTypes.map(({ name }, i) => [name, ['task_types', i, 'name']])),
    ...taskTypes.flatMap((type, i) => checkTaskType(catalog, type, ['task_types', i])),
  ];
}

function checkTaskType(catalog: Catalog, type: TaskTypeSpec, path: Path): Finding[] {
  const findings = type.result === null ? [] : jsonSchemaProblems(type.result, [...path, 'result']);
  const { provider, model } = type;
  if (provider !== null && !catalog.all.some(({ name }) => name === provider))
    findings.push({ path: [...path, 'provider'], message: `is ${provider}, and there is no such provider` });
  else if (model !== null && !isThere(catalog, provider, model))
    findings.push({
      path: [...path, 'model'],
      message: `is ${model}, and ${provider ?? 'no provider'} has ${provider === null ? 'it' : 'no such model'}`,
    });
  return findings;
}

function isThere({ references }: Catalog, provider: string | null, model: string): boolean {
  const targets = references.resolveModel(model) ?? [];
  return targets.some((target) => provider === null || target.provider === provider);
}
