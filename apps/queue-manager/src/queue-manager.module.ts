import { Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ControlBus, ControlModule } from '#control';
import { Dispatcher, DispatchModule, Heartbeat, Lanes, LeaseKeeper } from '#dispatch';
import { UpstreamsModule } from '#endpoints';
import { LimitsModule, LiveProcesses } from '#limits';
import { Log, Metrics } from '#observability';
import { loadTokenCounter } from '#providers';
import { ResourceCapacity } from '#resources';
import { RedisModule, SharedRedis } from '#redis';
import { provide, Starters, ThisProcess } from '#runtime';
import { RecallRates } from '#walk';
import { WorkerControlEvents } from './control-events.controller.js';
import { Pulse } from './pulse.js';
import { UpstreamEvents } from './upstream-events.controller.js';

/** The worker role: takes messages from the schedule and runs them. */
@Module({
  imports: [DispatchModule, ControlModule, LimitsModule, UpstreamsModule, RedisModule],
  controllers: [WorkerControlEvents, UpstreamEvents],
  providers: [provide(Pulse, [ControlBus, Lanes, ThisProcess, Metrics, Log])],
})
export class QueueManagerModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    private readonly dispatcher: Dispatcher,
    private readonly keeper: LeaseKeeper,
    private readonly heartbeat: Heartbeat,
    private readonly resources: ResourceCapacity,
    private readonly pulse: Pulse,
    private readonly live: LiveProcesses,
    private readonly recall: RecallRates,
    private readonly redis: SharedRedis,
    private readonly starters: Starters,
  ) {}

  onModuleInit(): void {
    this.starters.add(async () => {
      await Promise.all([this.heartbeat.start(), this.resources.start(), this.live.join('worker')]);
      this.keeper.start();
      // With Redis the counts outlive the process.
      if (!this.redis.connections) await this.recall.run();
      await this.dispatcher.start();
      this.pulse.start();
      // It stops the process for a quarter of a second, which need not be before it has begun.
      setImmediate(() => void loadTokenCounter());
    });
  }

  /** While the listener and every connection are still open, so that running messages end as they should. */
  async onModuleDestroy(): Promise<void> {
    await this.pulse.stop();
    await this.dispatcher.stop();
    await this.keeper.stop();
    await Promise.all([this.resources.stop(), this.heartbeat.stop(), this.live.leave('worker')]);
  }
}
