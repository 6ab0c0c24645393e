import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { EndpointBoard } from '#endpoints';

/** What a gateway hears of endpoints from the workers. */
@Controller()
export class EndpointEvents {
  constructor(private readonly board: EndpointBoard) {}

  @EventPattern('upstreams.pulse' satisfies keyof ControlEvents)
  pulse(@Payload() pulse: ControlEvents['upstreams.pulse']): void {
    this.board.hear(pulse);
  }
}
