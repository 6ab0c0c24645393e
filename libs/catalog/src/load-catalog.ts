import { buildTaskType } from './files/build-task-type.js';
import { Catalog } from './catalog.js';
import { checkRouting } from './files/check-routing.js';
import { checkTaskTypes } from './files/check-task-types.js';
import { type Variables } from './files/interpolate.js';
import { parseFile } from './files/parse-file.js';
import { catalogInvalid, type Problem } from './files/problem.js';
import { readProviders } from './files/read-providers.js';
import { taskTypesFileSchema } from './files/task-types-schema.js';
import { YamlFile } from './files/yaml-file.js';

export interface CatalogSources {
  readonly providersFile: string;
  readonly taskTypesFile: string;
  /** What `${…}` in the providers file stands for. */
  readonly variables: Variables;
}

/**
 * Reads both files and holds them against each other.
 * @throws AppError catalog_invalid, with every problem and its file, line and column
 */
export function loadCatalog({ providersFile, taskTypesFile, variables }: CatalogSources): Catalog {
  const files = { providers: YamlFile.open(providersFile), taskTypes: YamlFile.open(taskTypesFile) };
  const read = readProviders(files.providers, variables);
  const { data, problems } = parseFile(files.taskTypes, taskTypesFileSchema, files.taskTypes.value);
  refuse([...read.problems, ...problems]);
  if (!('providers' in read) || data === undefined) throw catalogInvalid([]);
  const catalog = new Catalog({ ...read, taskTypes: data.task_types.map(buildTaskType) });
  refuse([
    ...checkRouting(catalog).map(({ path, message }) => files.providers.problem(path, message)),
    ...checkTaskTypes(catalog).map(({ path, message }) => files.taskTypes.problem(path, message)),
  ]);
  return catalog;
}

function refuse(problems: readonly Problem[]): void {
  if (problems.length > 0) throw catalogInvalid(problems);
}
