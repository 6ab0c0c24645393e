import { PRIORITIES } from '#contracts';
import { type Metrics } from '#observability';
import { type Counts, type HeadWaits } from '#queue';

/** What was read from the schedule, as gauges; a lane that is gone is not shown any more. */
export function measureQueue(
  { queueLength, queueHeadWait }: Metrics,
  counts: Readonly<Record<string, Counts>>,
  heads: Readonly<Record<string, HeadWaits>>,
): void {
  queueLength.reset();
  queueHeadWait.reset();
  for (const [lane, waiting] of Object.entries(counts)) {
    for (const priority of PRIORITIES) {
      queueLength.set({ lane, priority }, waiting[priority]);
      queueHeadWait.set({ lane, priority }, (heads[lane]?.[priority] ?? 0) / 1_000);
    }
  }
}
