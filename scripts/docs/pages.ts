import { providersFileSchema, taskTypesFileSchema } from '#catalog';
import { asyncApi, openApi } from './api.js';
import { catalogSchema } from './catalog-schema.js';
import { cliPage } from './cli.js';
import { clientTypes } from './client-types.js';
import { configurationPage, configurationSchema, exampleFile } from './configuration.js';
import { metricsPage } from './metrics.js';
import { dashboardFiles } from '../monitoring/index.js';
import { errorsPage } from './reference.js';

/** Every file that is made from the code, by its path. */
export async function generatedFiles(): Promise<Record<string, string>> {
  return {
    'docs/configuration.md': configurationPage(),
    'configs/config.schema.json': configurationSchema(),
    'configs/config.example.yaml': exampleFile(),
    'configs/providers.schema.json': catalogSchema(providersFileSchema),
    'configs/task-types.schema.json': catalogSchema(taskTypesFileSchema),
    'docs/cli.md': cliPage(),
    'docs/openapi.json': openApi(),
    'docs/asyncapi.json': asyncApi(),
    'packages/client/src/api.generated.ts': clientTypes(openApi()),
    'docs/errors.md': errorsPage(),
    'docs/metrics.md': metricsPage(),
    ...dashboardFiles(),
  };
}
