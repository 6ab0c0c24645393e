import { Module } from '@nestjs/common';
import { Environment, ProviderSettings } from '#config';
import { Log, Metrics } from '#observability';
import { Closers, isOnDisk } from '#runtime';
import { Catalogs } from './catalogs.js';
import { FileWatch } from './file-watch.js';
import { ProviderLanes } from './provider-lanes.js';
import { catalogSources } from './sources.js';

function openCatalogs(
  { value }: ProviderSettings,
  environment: Environment,
  metrics: Metrics,
  log: Log,
  closers: Closers,
): Catalogs {
  const sources = catalogSources(value, environment);
  const catalogs = new Catalogs(sources, metrics, log);
  if (value.reload_every === 0) return catalogs;
  const files = [sources.providersFile, sources.taskTypesFile].filter(isOnDisk);
  const watch = new FileWatch(files, value.reload_every, () => {
    try {
      catalogs.reload();
    } catch {
      // It is in the log and in the metrics, and the catalog that runs goes on.
    }
  });
  watch.start();
  closers.add('catalog', () => watch.stop());
  return catalogs;
}

/** The providers, their models and prices, the routing and the task types, as the files say. */
@Module({
  providers: [
    {
      provide: Catalogs,
      inject: [ProviderSettings, Environment, Metrics, Log, Closers],
      useFactory: openCatalogs,
    },
    { provide: ProviderLanes, useExisting: Catalogs },
  ],
  exports: [Catalogs, ProviderLanes],
})
export class CatalogModule {}
