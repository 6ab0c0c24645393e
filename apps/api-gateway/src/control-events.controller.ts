import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { QueueView } from '#walk';

/** What a gateway hears from the workers. */
@Controller()
export class GatewayControlEvents {
  constructor(private readonly view: QueueView) {}

  @EventPattern('worker.pulse' satisfies keyof ControlEvents)
  pulse(@Payload() pulse: ControlEvents['worker.pulse']): void {
    this.view.observe(pulse);
  }
}
