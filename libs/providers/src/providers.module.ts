import { Module } from '@nestjs/common';
import { CatalogModule, Catalogs } from '#catalog';
import { ProviderSettings } from '#config';
import { AddressGuard, OutboundModule } from '#outbound';
import { Closers } from '#runtime';
import { CatalogProvider } from './catalog-provider.js';
import { openProvider } from './kinds.js';
import { Providers } from './provider.js';

/** Every provider that is on in the catalog. */
function openProviders(
  catalogs: Catalogs,
  { value }: ProviderSettings,
  guard: AddressGuard,
  closers: Closers,
): Providers {
  return new Providers(
    catalogs.lanes.map((name) => {
      const provider = new CatalogProvider(name, catalogs, (spec) => openProvider(spec, value, guard));
      closers.add(`provider ${name}`, () => provider.close());
      return provider;
    }),
  );
}

@Module({
  imports: [CatalogModule, OutboundModule],
  providers: [
    {
      provide: Providers,
      inject: [Catalogs, ProviderSettings, AddressGuard, Closers],
      useFactory: openProviders,
    },
  ],
  exports: [Providers],
})
export class ProvidersModule {}
