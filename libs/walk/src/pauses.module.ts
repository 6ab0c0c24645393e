import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { CatalogModule, ProviderLanes } from '#catalog';
import { ControlBus, ControlModule } from '#control';
import { Facts, LedgerModule } from '#ledger';
import { Log } from '#observability';
import { provide } from '#runtime';
import { Pauses } from './pauses.js';

/** The pauses of the bands, known before the process takes or accepts anything. */
@Module({
  imports: [CatalogModule, LedgerModule, ControlModule],
  providers: [provide(Pauses, [Facts, ControlBus, ProviderLanes, Log])],
  exports: [Pauses],
})
export class PausesModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly pauses: Pauses) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.pauses.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.pauses.stop();
  }
}
