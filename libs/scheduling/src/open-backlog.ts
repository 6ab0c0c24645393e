import { PRIORITIES, type Priority } from '#contracts';
import { type Waiting } from '#planning';
import { type JobQueue } from '#queue';
import { type Pauses } from '#walk';

/** What waits in each lane and may start: more slots would not help what is paused. */
export class OpenBacklog {
  constructor(
    private readonly queue: JobQueue,
    private readonly pauses: Pauses,
  ) {}

  async waiting(): Promise<Record<string, Waiting>> {
    const lanes = Object.entries(await this.queue.waiting());
    return Object.fromEntries(lanes.map(([lane, counts]) => [lane, this.#open(lane, counts)]));
  }

  #open(lane: string, counts: Waiting): Waiting {
    const count = (priority: Priority) => (this.pauses.isPaused(lane, priority) ? 0 : counts[priority]);
    return Object.fromEntries(
      PRIORITIES.map((priority) => [priority, count(priority)]),
    ) as unknown as Waiting;
  }
}
