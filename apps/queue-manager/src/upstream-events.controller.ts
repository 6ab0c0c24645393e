import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { Upstreams } from '#balancing';
import { type ControlEvents } from '#contracts';
import { UpstreamSync } from '#endpoints';
import { ThisProcess } from '#runtime';

/** What a worker hears of its upstreams from gateways and from the other workers. */
@Controller()
export class UpstreamEvents {
  constructor(
    private readonly upstreams: Upstreams,
    private readonly sync: UpstreamSync,
    private readonly process: ThisProcess,
  ) {}

  @EventPattern('upstreams.changed' satisfies keyof ControlEvents)
  async changed(@Payload() _event: ControlEvents['upstreams.changed']): Promise<void> {
    await this.sync.refresh();
  }

  @EventPattern('upstreams.rest' satisfies keyof ControlEvents)
  rest(@Payload() rest: ControlEvents['upstreams.rest']): void {
    this.upstreams.apply(rest);
  }

  @EventPattern('upstreams.pulse' satisfies keyof ControlEvents)
  pulse(@Payload() pulse: ControlEvents['upstreams.pulse']): void {
    if (pulse.processId !== this.process.id) this.upstreams.hear(pulse);
  }
}
