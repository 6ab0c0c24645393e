import { Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Starters } from '#runtime';
import { Leader, SchedulingModule } from '#scheduling';

/** The scheduler role: of all its processes one leads and does what must be done once in the fleet. */
@Module({ imports: [SchedulingModule] })
export class SchedulerModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    private readonly leader: Leader,
    private readonly starters: Starters,
  ) {}

  onModuleInit(): void {
    this.starters.add(() => this.leader.start());
  }

  async onModuleDestroy(): Promise<void> {
    await this.leader.stop();
  }
}
