import { Module } from '@nestjs/common';
import { ProviderSettings } from '#config';
import { Closers } from '#runtime';
import { OpenAiCompatible } from './openai-compatible/openai-compatible.provider.js';
import { ActiveProvider, type Provider } from './provider.js';
import { Simulator } from './simulator/simulator.provider.js';

class Chosen extends ActiveProvider {
  constructor(readonly provider: Provider) {
    super();
  }
}

/** The OpenAI-compatible provider when it has a key, else the simulator. */
function choose({ value }: ProviderSettings, closers: Closers): ActiveProvider {
  if (value.openai.api_key === undefined) return new Chosen(new Simulator(value.simulator));
  const openai = new OpenAiCompatible(value.openai);
  closers.add('provider', () => openai.close());
  return new Chosen(openai);
}

@Module({
  providers: [{ provide: ActiveProvider, inject: [ProviderSettings, Closers], useFactory: choose }],
  exports: [ActiveProvider],
})
export class ProvidersModule {}
