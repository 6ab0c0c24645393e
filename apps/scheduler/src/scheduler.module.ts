import { Module, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ControlModule } from '#control';
import { Leader, SchedulingModule } from '#scheduling';

/** The scheduler role: of all its processes one leads and does what must be done once in the fleet. */
@Module({ imports: [SchedulingModule, ControlModule] })
export class SchedulerModule implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(private readonly leader: Leader) {}

  onApplicationBootstrap(): void {
    this.leader.start();
  }

  async onModuleDestroy(): Promise<void> {
    await this.leader.stop();
  }
}
