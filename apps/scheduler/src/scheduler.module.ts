import { Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Starters } from '#runtime';
import { Leader, SchedulingModule } from '#scheduling';
import { SchedulerControlEvents } from './control-events.controller.js';

/** The scheduler role: of all its processes one leads and does what must be done once in the fleet. */
@Module({ imports: [SchedulingModule], controllers: [SchedulerControlEvents] })
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
