import { Module } from '@nestjs/common';
import { ProviderSettings } from '#config';
import { Closers } from '#runtime';
import { openProvider } from './kinds.js';
import { Providers } from './provider.js';
import { specsOf } from './specs-of-settings.js';

function openProviders({ value }: ProviderSettings, closers: Closers): Providers {
  const all = specsOf(value).map((spec) => openProvider(spec, value));
  for (const provider of all) closers.add('provider', () => provider.close());
  return new Providers(all);
}

@Module({
  providers: [{ provide: Providers, inject: [ProviderSettings, Closers], useFactory: openProviders }],
  exports: [Providers],
})
export class ProvidersModule {}
