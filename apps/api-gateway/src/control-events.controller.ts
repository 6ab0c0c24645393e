import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { Pauses, QueueView } from '#walk';

/** What a gateway hears from the other processes. */
@Controller()
export class GatewayControlEvents {
  constructor(
    private readonly view: QueueView,
    private readonly pauses: Pauses,
  ) {}

  @EventPattern('worker.pulse' satisfies keyof ControlEvents)
  pulse(@Payload() pulse: ControlEvents['worker.pulse']): void {
    this.view.observe(pulse);
  }

  @EventPattern('scheduler.plan' satisfies keyof ControlEvents)
  plan(@Payload() plan: ControlEvents['scheduler.plan']): void {
    this.view.plan(plan);
  }

  @EventPattern('queue.pauses' satisfies keyof ControlEvents)
  async pausesChanged(@Payload() _pauses: ControlEvents['queue.pauses']): Promise<void> {
    await this.pauses.refresh();
  }
}
