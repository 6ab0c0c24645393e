import { type SchedulerSettings } from '#config';
import { type ConcurrencyPlan } from '#contracts';
import { type Clock } from '#runtime';

/**
 * The newest plan of the scheduler. While nothing new is heard it holds; after `safe_after` the safe default applies, so
 * that a plan from a quiet night does not rule a busy day.
 */
export class SlotPlan {
  #plan: ConcurrencyPlan | undefined;
  #heardAtMs = -Infinity;

  constructor(
    private readonly settings: SchedulerSettings,
    private readonly clock: Clock,
  ) {}

  observe(plan: ConcurrencyPlan): void {
    const nowMs = this.clock.now();
    // Two leaders may speak in the same moment while one takes over from the other: the later plan counts. A leader
    // whose clock is behind is believed once the other is silent.
    const isHeard = nowMs - this.#heardAtMs <= this.settings.value.hold_after;
    if (this.#plan && isHeard && plan.atMs < this.#plan.atMs) return;
    this.#plan = plan;
    this.#heardAtMs = nowMs;
  }

  /** Never more than is configured; all of it while there was never a plan for the lane. */
  limitOf(lane: string, configured: number): number {
    const planned = this.#plan?.slots[lane];
    if (planned === undefined) return configured;
    const { safe_after, safe_slots } = this.settings.value;
    const isOld = this.clock.now() - this.#heardAtMs > safe_after;
    return Math.min(configured, isOld ? safe_slots : planned);
  }
}
