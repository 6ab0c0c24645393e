import { type BeforeApplicationShutdown, Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CatalogModule, ProviderLanes } from '#catalog';
import { ResourceSettings, SchedulerSettings } from '#config';
import { Database } from '#database';
import { LedgerModule } from '#ledger';
import { Log, Metrics } from '#observability';
import { Clock, provide } from '#runtime';
import { AllocationLedger } from './allocation-ledger.js';
import { AllocationSweep } from './allocation-sweep.js';
import { Allocations } from './allocations.js';
import { ResourceCapacity } from './resource-capacity.js';
import { ResourceWatch } from './resource-watch.js';
import { Resources } from './resources.js';
import { WaitingRequests } from './waiting-requests.js';

@Module({
  imports: [CatalogModule, LedgerModule],
  providers: [
    provide(Resources, [DataSource, Database, ResourceSettings, ProviderLanes]),
    provide(AllocationLedger, [Database, ResourceSettings]),
    provide(WaitingRequests, [AllocationLedger, Log]),
    provide(Allocations, [
      DataSource,
      Database,
      AllocationLedger,
      WaitingRequests,
      ResourceSettings,
      Metrics,
    ]),
    provide(ResourceCapacity, [Database, Log]),
    provide(ResourceWatch, [Database, Resources, ResourceSettings, SchedulerSettings, Metrics, Clock, Log]),
    provide(AllocationSweep, [Database, Metrics, Log]),
  ],
  exports: [Resources, Allocations, ResourceCapacity, ResourceWatch, AllocationSweep],
})
export class ResourcesModule implements BeforeApplicationShutdown {
  constructor(private readonly waiting: WaitingRequests) {}

  /** While their connections are still open. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.waiting.stop();
  }
}
