import { Module } from '@nestjs/common';
import { CatalogModule, Catalogs } from '#catalog';
import { Database } from '#database';
import { LedgerModule } from '#ledger';
import { OutboundModule } from '#outbound';
import { provide } from '#runtime';
import { CatalogSpecs } from './catalog-specs.js';
import { ProviderSpecs } from './provider-specs.js';
import { UpstreamLedger } from './upstream-ledger.js';

/** What the operators' side and the workers' side of endpoints have in common. */
@Module({
  imports: [LedgerModule, CatalogModule, OutboundModule],
  providers: [provide(CatalogSpecs, [Catalogs], ProviderSpecs), provide(UpstreamLedger, [Database])],
  exports: [LedgerModule, ProviderSpecs, UpstreamLedger, OutboundModule],
})
export class SpecsModule {}
