import { type BandStats, type OpenCount } from '#ledger';
import { failedOf } from './queue-overview.js';
import { ratio, sum, time } from './sums.js';

/** The numbers of a tenant since it has been there; `uptime` is of the gateway that answers. */
export function statsView(
  ever: readonly BandStats[],
  { running, waiting }: OpenCount,
  { uptimeMs, at }: { readonly uptimeMs: number; readonly at: Date },
) {
  const started = sum(ever, (each) => each.started);
  const ranMs = sum(ever, ({ runMs }) => runMs);
  return {
    total_tasks: sum(ever, ({ accepted }) => accepted),
    running_tasks: running,
    queued_tasks: waiting,
    completed_tasks: sum(ever, ({ completed }) => completed),
    failed_tasks: sum(ever, failedOf),
    cancelled_tasks: sum(ever, ({ cancelled }) => cancelled),
    avg_process_time: time(ratio(ranMs, started)),
    uptime: time(Math.round(uptimeMs / 1_000) * 1_000),
    last_updated: at.toISOString(),
  };
}
