import { type ProviderSpec } from '#catalog';
import { type ProviderSettings } from '#config';
import { AddressGuard } from '#outbound';
import { anthropic } from './anthropic/dialect.js';
import { HttpProvider } from './http/http-provider.js';
import { OPENAI_COMPATIBLE } from './openai-compatible/dialect.js';
import { type Provider } from './provider.js';
import { Simulator } from './simulator/simulator.provider.js';

type Settings = ProviderSettings['value'];

type OpenProvider = (spec: ProviderSpec, settings: Settings, guard: AddressGuard) => Provider;

/** The adapter of each kind of provider; a new kind is a folder and a line here. */
const KINDS: Readonly<Record<ProviderSpec['kind'], OpenProvider>> = {
  'openai-compatible': (spec, _, guard) => new HttpProvider(spec, OPENAI_COMPATIBLE, guard),
  anthropic: (spec, _, guard) => new HttpProvider(spec, anthropic(spec), guard),
  simulator: (spec, { simulator }) => new Simulator(spec, simulator),
};

/** Without a guard no private address can be called that somebody has chosen over the API. */
export function openProvider(spec: ProviderSpec, settings: Settings, guard = new AddressGuard()): Provider {
  return KINDS[spec.kind](spec, settings, guard);
}
