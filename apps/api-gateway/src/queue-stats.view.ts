import { PRIORITIES, type Priority, queueName, type TimeRange } from '#contracts';
import { type BandStats } from '#ledger';
import { bandsOf, type BandStatus, failedOf, type QueueHistory } from './queue-overview.js';
import { least, most, ratio, round, sum, time } from './sums.js';

/** What happened to the tenant's messages in a time; what waits, and how full that is, is of the whole system, now. */
export function queueStatsView(range: TimeRange, priority: Priority | undefined, history: QueueHistory) {
  const { stats, lanes, rangeMs } = history;
  const wanted = stats.filter((each) => priority === undefined || each.priority === priority);
  const bands = bandsOf(lanes, priority);
  const accepted = sum(stats, (each) => each.accepted);
  const shares = PRIORITIES.map((band) => [
    band,
    shareView(
      stats.filter((each) => each.priority === band),
      accepted,
    ),
  ]);
  return {
    time_range: range,
    ...(priority && { queue_name: queueName(priority) }),
    stats: { ...sumsView(wanted, rangeMs), ...fillView(bands) },
    priority_breakdown: Object.fromEntries(shares) as Record<Priority, ReturnType<typeof shareView>>,
  };
}

function sumsView(stats: readonly BandStats[], rangeMs: number) {
  const [completed, failed] = [sum(stats, (each) => each.completed), sum(stats, failedOf)];
  const started = sum(stats, (each) => each.started);
  return {
    total_messages: sum(stats, ({ accepted }) => accepted),
    processed_messages: completed,
    failed_messages: failed,
    cancelled_messages: sum(stats, ({ cancelled }) => cancelled),
    avg_processing_time: time(
      ratio(
        sum(stats, ({ runMs }) => runMs),
        started,
      ),
    ),
    max_processing_time: time(most(stats.map(({ maxRunMs }) => maxRunMs ?? undefined))),
    min_processing_time: time(least(stats.map(({ minRunMs }) => minRunMs ?? undefined))),
    avg_wait_time: time(
      ratio(
        sum(stats, ({ waitMs }) => waitMs),
        started,
      ),
    ),
    max_wait_time: started === 0 ? null : time(most(stats.map(({ maxWaitMs }) => maxWaitMs))),
    throughput_per_minute: round((completed + failed) / (rangeMs / 60_000)),
    error_rate: round(ratio(failed, completed + failed) ?? 0),
  };
}

function fillView(bands: readonly BandStatus[]) {
  const size = sum(bands, (band) => band.size);
  return {
    pending_messages: size,
    queue_utilization: round(
      ratio(
        size,
        sum(bands, ({ maxSize }) => maxSize),
      ) ?? 0,
    ),
  };
}

function shareView(stats: readonly BandStats[], all: number) {
  const count = sum(stats, ({ accepted }) => accepted);
  return {
    count,
    percentage: round((ratio(count, all) ?? 0) * 100),
    avg_wait_time: time(
      ratio(
        sum(stats, ({ waitMs }) => waitMs),
        sum(stats, ({ started }) => started),
      ),
    ),
  };
}
