import { type ClientProxy, type CustomTransportStrategy } from '@nestjs/microservices';
import { InProcessClient, InProcessServer, LocalLine } from './in-process-transport.js';
import { redisTransportOptions } from './redis-options.js';
import { PrefixedClient, PrefixedServer } from './redis-transport.js';

/** Both ends of the control bus for one process. */
export class ControlTransport {
  constructor(
    readonly server: CustomTransportStrategy,
    readonly client: ClientProxy,
  ) {}
}

/** Nest's Redis transport where there is a Redis, else a line inside of the process. */
export function createControlTransport(redisUrl: string | undefined, prefix: string): ControlTransport {
  if (redisUrl === undefined) {
    const line = new LocalLine();
    return new ControlTransport(new InProcessServer(line), new InProcessClient(line));
  }
  const options = redisTransportOptions(redisUrl);
  const client = new PrefixedClient(options, `${prefix}:`) as unknown as ClientProxy;
  return new ControlTransport(new PrefixedServer(options, `${prefix}:`), client);
}
