import { Module } from '@nestjs/common';
import { ProviderSettings } from '#config';
import { Closers } from '#runtime';
import { OpenAiCompatible } from './openai-compatible/openai-compatible.provider.js';
import { Providers } from './provider.js';
import { Simulator } from './simulator/simulator.provider.js';

/** The simulator always, and the OpenAI-compatible provider when it has a key. */
function openProviders({ value }: ProviderSettings, closers: Closers): Providers {
  const simulator = new Simulator(value.simulator);
  if (value.openai.api_key === undefined) return new Providers([simulator]);
  const openai = new OpenAiCompatible(value.openai);
  closers.add('provider', () => openai.close());
  return new Providers([openai, simulator]);
}

@Module({
  providers: [{ provide: Providers, inject: [ProviderSettings, Closers], useFactory: openProviders }],
  exports: [Providers],
})
export class ProvidersModule {}
