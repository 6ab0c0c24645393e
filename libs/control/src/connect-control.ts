import { type INestApplication } from '@nestjs/common';
import { type MicroserviceOptions } from '@nestjs/microservices';
import { ControlTransport } from './control-transport.js';

/** Lets the `@EventPattern` handlers of a process hear the control bus, once its microservices are started. */
export function connectControl(app: INestApplication): void {
  app.connectMicroservice<MicroserviceOptions>({ strategy: app.get(ControlTransport).server });
}
