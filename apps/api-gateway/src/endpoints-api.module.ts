import { Module } from '@nestjs/common';
import { EndpointsModule } from '#endpoints';
import { BalancingController } from './balancing.controller.js';
import { EndpointEvents } from './endpoint-events.controller.js';
import { EndpointsController } from './endpoints.controller.js';

/** The doors to endpoints and to how calls are spread over them. */
@Module({
  imports: [EndpointsModule],
  controllers: [EndpointsController, BalancingController, EndpointEvents],
})
export class EndpointsApiModule {}
