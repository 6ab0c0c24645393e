import { Controller } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import { type ControlEvents } from '#contracts';
import { Detours, PlanConcurrency } from '#scheduling';

/** What the scheduler hears from the workers. */
@Controller()
export class SchedulerControlEvents {
  constructor(
    private readonly plan: PlanConcurrency,
    private readonly detours: Detours,
  ) {}

  @EventPattern('worker.pulse' satisfies keyof ControlEvents)
  pulse(@Payload() pulse: ControlEvents['worker.pulse']): void {
    this.plan.observe(pulse);
    this.detours.observe(pulse);
  }
}
