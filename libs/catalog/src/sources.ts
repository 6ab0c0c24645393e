import { type Config, type Environment, type ProviderSettings } from '#config';
import { type CatalogSources, loadCatalog } from './load-catalog.js';
import { SHIPPED } from './shipped-files.js';

/** Where the catalog of a process comes from. */
export function catalogSources(settings: ProviderSettings['value'], variables: Environment): CatalogSources {
  return {
    providersFile: settings.catalog_file ?? SHIPPED.providersFile,
    taskTypesFile: settings.task_types_file ?? SHIPPED.taskTypesFile,
    variables,
  };
}

/**
 * Refuses a configuration whose provider files are bad, before anything is opened.
 * @throws AppError catalog_invalid
 */
export function checkCatalog({ providers, environment }: Config): void {
  loadCatalog(catalogSources(providers, environment));
}
