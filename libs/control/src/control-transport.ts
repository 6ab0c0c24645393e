import {
  type ClientProxy,
  ClientRedis,
  type CustomTransportStrategy,
  ServerRedis,
} from '@nestjs/microservices';
import { InProcessClient, InProcessServer, LocalLine } from './in-process-transport.js';
import { redisTransportOptions } from './redis-options.js';

/** Both ends of the control bus for one process. */
export class ControlTransport {
  constructor(
    readonly server: CustomTransportStrategy,
    readonly client: ClientProxy,
  ) {}
}

/** Nest's Redis transport where there is a Redis, else a line inside of the process. */
export function createControlTransport(redisUrl: string | undefined): ControlTransport {
  if (redisUrl === undefined) {
    const line = new LocalLine();
    return new ControlTransport(new InProcessServer(line), new InProcessClient(line));
  }
  const options = redisTransportOptions(redisUrl);
  return new ControlTransport(new ServerRedis(options), new ClientRedis(options) as unknown as ClientProxy);
}
