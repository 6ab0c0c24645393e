import { Module } from '@nestjs/common';
import { StorageSettings } from '#config';
import { Log } from '#observability';
import { RedisModule, SharedRedis } from '#redis';
import { Closers } from '#runtime';
import { ControlBus } from './control-bus.js';
import { ControlTransport, createControlTransport } from './control-transport.js';

/** `SharedRedis` is asked for so that the transport connects only once Redis is known to be there. */
function openTransport(_redis: SharedRedis, { value }: StorageSettings): ControlTransport {
  return createControlTransport(value.redis_url, value.redis_prefix);
}

function openBus(transport: ControlTransport, log: Log, closers: Closers): ControlBus {
  const bus = new ControlBus(transport.client, (err) => log.warn({ err }, 'a control event was not sent'));
  closers.add('control bus', () => bus.close());
  return bus;
}

@Module({
  imports: [RedisModule],
  providers: [
    { provide: ControlTransport, inject: [SharedRedis, StorageSettings], useFactory: openTransport },
    { provide: ControlBus, inject: [ControlTransport, Log, Closers], useFactory: openBus },
  ],
  exports: [ControlTransport, ControlBus],
})
export class ControlModule {}
