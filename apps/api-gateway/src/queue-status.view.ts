import { type QueueSettings } from '#config';
import {
  type BandPauses,
  formatDuration,
  PRIORITIES,
  type Priority,
  priorityNumber,
  queueName,
} from '#contracts';
import { bandsOf, type BandStatus, failedOf, type LaneStatus, type QueueStatus } from './queue-overview.js';
import { most, ratio, round, sum, time } from './sums.js';

type Bands = QueueSettings['value']['bands'];

/** The queues as clients see them: sizes and slots of the whole system, totals and waits of the caller's tenant. */
export function queueStatusView(status: QueueStatus, settings: Bands) {
  const { lanes, totals } = status;
  const slots = sum(lanes, ({ view }) => view.slots);
  const running = sum(bandsOf(lanes), (band) => band.running);
  return {
    queues: PRIORITIES.map((priority) => queueView(priority, status, settings)),
    lanes: lanes.map(laneView),
    total_size: sum(bandsOf(lanes), ({ size }) => size),
    total_processing: running,
    total_processed: sum(totals, ({ completed }) => completed),
    total_failed: sum(totals, failedOf),
    system_load: slots === 0 ? null : round(running / slots),
    ...pausesView(status.pauses),
    last_updated: status.at.toISOString(),
  };
}

export function pausesView({ paused, drained }: BandPauses) {
  return { paused, draining: drained };
}

/** A band over all lanes. */
function queueView(priority: Priority, { lanes, totals, lastHour, at }: QueueStatus, settings: Bands) {
  const bands = bandsOf(lanes, priority);
  const ended = totals.filter((stats) => stats.priority === priority);
  const recent = lastHour.filter((stats) => stats.priority === priority);
  return {
    name: queueName(priority),
    priority: priorityNumber(priority),
    size: sum(bands, ({ size }) => size),
    max_size: sum(bands, ({ maxSize }) => maxSize),
    processing_count: sum(bands, ({ running }) => running),
    max_concurrent: sum(lanes, ({ view }) => view.slots),
    avg_wait_time: time(
      ratio(
        sum(recent, ({ waitMs }) => waitMs),
        sum(recent, ({ started }) => started),
      ),
    ),
    max_wait_time: formatDuration(settings[priority].max_wait),
    total_processed: sum(ended, ({ completed }) => completed),
    total_failed: sum(ended, failedOf),
    paused: bands.some(({ paused }) => paused),
    draining: bands.some(({ draining }) => draining),
    shedding: bands.some(({ shedding }) => shedding),
    head_wait: time(most(bands.map(({ headWaitMs }) => headWaitMs))),
    last_updated: at.toISOString(),
  };
}

function laneView({ view, bands }: LaneStatus) {
  const queues = bands.map((band) => [queueName(band.priority), bandView(band)]);
  return {
    name: view.lane,
    slots: view.slots,
    running: view.running,
    load: view.slots === 0 ? null : round(view.running / view.slots),
    throughput_per_minute: view.perSecond === undefined ? null : round(view.perSecond * 60),
    avg_processing_time: time(view.meanMs),
    upstream_paused: time(view.heldMs),
    shedding_level: view.shedLevel,
    queues: Object.fromEntries(queues) as Record<string, ReturnType<typeof bandView>>,
  };
}

function bandView(band: BandStatus) {
  return {
    size: band.size,
    max_size: band.maxSize,
    processing_count: band.running,
    head_wait: time(band.headWaitMs),
    estimated_wait: time(band.estimatedWaitMs),
    paused: band.paused,
    draining: band.draining,
    shedding: band.shedding,
  };
}
