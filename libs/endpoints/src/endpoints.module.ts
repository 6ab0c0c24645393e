import { Module } from '@nestjs/common';
import { EndpointSettings } from '#config';
import { ControlBus, ControlModule } from '#control';
import { Log } from '#observability';
import { AddressGuard } from '#outbound';
import { Clock, provide } from '#runtime';
import { BalancingDesk } from './balancing-desk.js';
import { EndpointBoard } from './endpoint-board.js';
import { Endpoints } from './endpoints.js';
import { ProviderSpecs } from './provider-specs.js';
import { SpecsModule } from './specs.module.js';
import { UpstreamLedger } from './upstream-ledger.js';

/** The operators' side of endpoints. */
@Module({
  imports: [SpecsModule, ControlModule],
  providers: [
    provide(EndpointBoard, [Clock]),
    provide(Endpoints, [
      ProviderSpecs,
      UpstreamLedger,
      EndpointBoard,
      AddressGuard,
      ControlBus,
      EndpointSettings,
      Log,
    ]),
    provide(BalancingDesk, [ProviderSpecs, UpstreamLedger, ControlBus, Log]),
  ],
  exports: [Endpoints, EndpointBoard, BalancingDesk],
})
export class EndpointsModule {}
