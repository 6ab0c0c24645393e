import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { SlotPlan } from '#dispatch';
import { Pauses, RunningMessages } from '#walk';

/** What other processes ask of a worker. */
@Controller()
export class WorkerControlEvents {
  constructor(
    private readonly running: RunningMessages,
    private readonly pauses: Pauses,
    private readonly plan: SlotPlan,
  ) {}

  @EventPattern('scheduler.plan' satisfies keyof ControlEvents)
  planned(@Payload() plan: ControlEvents['scheduler.plan']): void {
    this.plan.observe(plan);
  }

  @EventPattern('message.cancel' satisfies keyof ControlEvents)
  cancel(@Payload() { messageId }: ControlEvents['message.cancel']): void {
    this.running.stop(messageId, 'cancelled');
  }

  @EventPattern('queue.pauses' satisfies keyof ControlEvents)
  async pausesChanged(@Payload() _pauses: ControlEvents['queue.pauses']): Promise<void> {
    await this.pauses.refresh();
  }
}
