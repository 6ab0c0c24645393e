import { type DynamicModule, Module, type OnApplicationShutdown } from '@nestjs/common';
import { type Config, settingsOf } from '#config';
import { createLogger, Health, Log, Metrics } from '#observability';
import { Clock, SystemClock } from './clock.js';
import { Closers } from './closers.js';
import { provide } from './provide.js';
import { Starters } from './starters.js';
import { ThisProcess } from './this-process.js';

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
      ],
    };
  }

  /** Only this hook runs after the listener is closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.closers.closeAll();
  }
}
