import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { type Config, settingsOf, TracingSettings } from '#config';
import {
  createLogger,
  Health,
  Log,
  Metrics,
  openTracing,
  Tracing,
  type TracingOptions,
} from '#observability';
import { Clock, SystemClock } from './clock.js';
import { Closers } from './closers.js';
import { provide } from './provide.js';
import { Starters } from './starters.js';
import { ThisProcess } from './this-process.js';
import { VERSION } from './version.js';

/** What every process has, once: settings, clock, log, metrics, health, and the order of closing. */
@Module({})
export class CoreModule implements OnApplicationShutdown {
  constructor(private readonly closers: Closers) {}

  /** Imported by the root module only; everything below it stays a static module. */
  static forRoot(config: Config, process: string): DynamicModule {
    const settings = settingsOf(config).map((value) => ({ provide: value.constructor, useValue: value }));
    const log = createLogger(config.log.level, process);
    for (const line of config.unused) log.warn(`a setting of another service changes nothing here: ${line}`);
    const providers = [
      ...settings,
      { provide: Log, useValue: log },
      provide(SystemClock, [], Clock),
      provide(Metrics, []),
      provide(Health, [Log]),
      provide(Closers, [Log]),
      provide(Starters, []),
      provide(ThisProcess, []),
      {
        provide: Tracing,
        inject: [TracingSettings, ThisProcess, Log, Closers],
        useFactory: (settings: TracingSettings, { id }: ThisProcess, log: Log, closers: Closers) =>
          tracingOf(settings, { program: process, instance: id }, log, closers),
      },
    ];
    return {
      module: CoreModule,
      global: true,
      providers,
      exports: [
        ...settings.map((provider) => provider.provide),
        Log,
        Clock,
        Metrics,
        Health,
        Closers,
        Starters,
        ThisProcess,
        Tracing,
      ],
    };
  }

  /** Only this hook runs after the listener is closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.closers.closeAll();
  }
}

async function tracingOf(
  settings: TracingSettings,
  who: Pick<TracingOptions, 'program' | 'instance'>,
  log: Log,
  closers: Closers,
): Promise<Tracing> {
  const { headers, value } = settings;
  const { endpoint, service_name: service, sample_ratio: sampleRatio, contents, to_providers } = value;
  if (endpoint === undefined) return openTracing(undefined, log);
  const where = { endpoint, headers, service, version: VERSION, ...who };
  const tracing = await openTracing({ ...where, sampleRatio, contents, toProviders: to_providers }, log);
  closers.add('tracing', () => tracing.close());
  return tracing;
}
