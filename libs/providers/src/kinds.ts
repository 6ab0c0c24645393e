import { type ProviderSpec } from '#catalog';
import { type ProviderSettings } from '#config';
import { anthropic } from './anthropic/dialect.js';
import { HttpProvider } from './http/http-provider.js';
import { OPENAI_COMPATIBLE } from './openai-compatible/dialect.js';
import { type Provider } from './provider.js';
import { Simulator } from './simulator/simulator.provider.js';

type Settings = ProviderSettings['value'];

/** The adapter of each kind of provider; a new kind is a folder and a line here. */
const KINDS: Readonly<Record<ProviderSpec['kind'], (spec: ProviderSpec, settings: Settings) => Provider>> = {
  'openai-compatible': (spec) => new HttpProvider(spec, OPENAI_COMPATIBLE),
  anthropic: (spec) => new HttpProvider(spec, anthropic(spec)),
  simulator: (spec, { simulator }) => new Simulator(spec, simulator),
};

export function openProvider(spec: ProviderSpec, settings: Settings): Provider {
  return KINDS[spec.kind](spec, settings);
}
