import { Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { Starters } from '#runtime';
import { Leader, SchedulingModule } from '#scheduling';
import { DeliverCallbacks, TellDeadLetters, WebhooksModule } from '#webhooks';
import { SchedulerControlEvents } from './control-events.controller.js';

/** The scheduler role: of all its processes one leads and does what must be done once in the fleet; each delivers callbacks. */
@Module({ imports: [SchedulingModule, WebhooksModule], controllers: [SchedulerControlEvents] })
export class SchedulerModule implements OnModuleInit, OnModuleDestroy {
  constructor(
    private readonly leader: Leader,
    private readonly callbacks: DeliverCallbacks,
    private readonly deadLetters: TellDeadLetters,
    private readonly starters: Starters,
  ) {}

  onModuleInit(): void {
    this.starters.add(() => this.leader.start());
    this.starters.add(() => this.deadLetters.start());
    this.starters.add(() => this.callbacks.start());
  }

  async onModuleDestroy(): Promise<void> {
    await Promise.all([this.leader.stop(), this.callbacks.stop()]);
  }
}
