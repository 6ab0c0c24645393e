import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ENDPOINT_BREAKER, Upstreams } from '#balancing';
import { EndpointSettings } from '#config';
import { ControlBus, ControlModule } from '#control';
import { Log, Metrics } from '#observability';
import { AddressGuard } from '#outbound';
import { provide, ThisProcess } from '#runtime';
import { ActiveChecks } from './active-checks.js';
import { KeyRests } from './key-rests.js';
import { ProviderSpecs } from './provider-specs.js';
import { SpecsModule } from './specs.module.js';
import { UpstreamLedger } from './upstream-ledger.js';
import { UpstreamReport } from './upstream-report.js';
import { UpstreamSync } from './upstream-sync.js';

function openUpstreams(metrics: Metrics, log: Log, { value }: EndpointSettings): Upstreams {
  const breaker = {
    ...ENDPOINT_BREAKER,
    failuresInARow: value.failures_in_a_row,
    failureRate: value.failure_rate,
    successesToClose: value.successes_to_close,
    openMs: value.open_time,
    mostOpenMs: value.max_open_time,
  };
  return new Upstreams(metrics, log, { breaker });
}

/** The workers' side of endpoints: known before the process takes anything. */
@Module({
  imports: [SpecsModule, ControlModule],
  providers: [
    { provide: Upstreams, inject: [Metrics, Log, EndpointSettings], useFactory: openUpstreams },
    provide(KeyRests, [Upstreams, UpstreamLedger, ControlBus, Log]),
    provide(UpstreamSync, [Upstreams, ProviderSpecs, UpstreamLedger, KeyRests, Log]),
    provide(UpstreamReport, [Upstreams, ControlBus, ThisProcess, Metrics, Log]),
    provide(ActiveChecks, [Upstreams, UpstreamSync, EndpointSettings, AddressGuard, Log]),
  ],
  exports: [Upstreams, UpstreamSync],
})
export class UpstreamsModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly sync: UpstreamSync,
    private readonly report: UpstreamReport,
    private readonly checks: ActiveChecks,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.sync.start();
    this.report.start();
    this.checks.start();
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.checks.stop(), this.report.stop(), this.sync.stop()]);
  }
}
