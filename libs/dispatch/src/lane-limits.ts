import { type Provider } from '#providers';
import { type ResourceCapacity } from '#resources';
import { type SlotPlan } from './slot-plan.js';

/** How many calls an upstream may run now: as configured, and no more than its online resources and the plan allow. */
export class LaneLimits {
  constructor(
    private readonly plan: SlotPlan,
    private readonly resources: ResourceCapacity,
  ) {}

  of(provider: Provider): number {
    return this.plan.limitOf(provider.name, this.withoutPlan(provider));
  }

  /** What the plan is made from. */
  withoutPlan({ name, maxConcurrency }: Provider): number {
    return this.resources.limitOf(name, maxConcurrency);
  }
}
