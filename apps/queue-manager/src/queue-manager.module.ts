import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ControlBus, ControlModule } from '#control';
import { Dispatcher, DispatchModule } from '#dispatch';
import { Log } from '#observability';
import { ActiveProvider, loadTokenCounter } from '#providers';
import { provide } from '#runtime';
import { WorkerControlEvents } from './control-events.controller.js';
import { Pulse } from './pulse.js';

/** The worker role: takes messages from the schedule and runs them. */
@Module({
  imports: [DispatchModule, ControlModule],
  controllers: [WorkerControlEvents],
  providers: [provide(Pulse, [ControlBus, Dispatcher, ActiveProvider, Log])],
})
export class QueueManagerModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly pulse: Pulse,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await loadTokenCounter();
    await this.dispatcher.start();
    this.pulse.start();
  }

  /** While the listener and every connection are still open, so that running messages end as they should. */
  async onModuleDestroy(): Promise<void> {
    await this.pulse.stop();
    await this.dispatcher.stop();
  }
}
