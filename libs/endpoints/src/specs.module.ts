import { Module } from '@nestjs/common';
import { CatalogModule, Catalogs } from '#catalog';
import { EndpointSettings } from '#config';
import { Database } from '#database';
import { LedgerModule } from '#ledger';
import { AddressGuard } from '#outbound';
import { provide } from '#runtime';
import { CatalogSpecs } from './catalog-specs.js';
import { ProviderSpecs } from './provider-specs.js';
import { UpstreamLedger } from './upstream-ledger.js';

function openGuard({ value: { allow_private, allowed_hosts } }: EndpointSettings): AddressGuard {
  const hosts = allowed_hosts.split(',').map((host) => host.trim().toLowerCase());
  return new AddressGuard({ allowPrivate: allow_private, allowedHosts: hosts.filter((host) => host !== '') });
}

/** What the operators' side and the workers' side of endpoints have in common. */
@Module({
  imports: [LedgerModule, CatalogModule],
  providers: [
    provide(CatalogSpecs, [Catalogs], ProviderSpecs),
    provide(UpstreamLedger, [Database]),
    { provide: AddressGuard, inject: [EndpointSettings], useFactory: openGuard },
  ],
  exports: [LedgerModule, ProviderSpecs, UpstreamLedger, AddressGuard],
})
export class SpecsModule {}
