import { type DeliveryEvent } from '#contracts';

/** News that is soon old is not worth hours. */
const SHORT_WAITS_MS: readonly number[] = [1_000, 2_000, 3_000];

/** A receiver that asks to be left alone is, for so long at most. */
const MAX_RETRY_AFTER_MS = 3_600_000;

/** When an event is sent again that nobody took. */
export class RetrySchedule {
  constructor(
    private readonly waitsMs: readonly number[],
    private readonly random: () => number = Math.random,
  ) {}

  /** `tries`: how many there were; undefined: it is given up. */
  next(event: DeliveryEvent, tries: number, retryAfterMs = 0): number | undefined {
    const isSoonOld = event === 'started' || event === 'progress';
    const wait = (isSoonOld ? SHORT_WAITS_MS : this.waitsMs)[tries - 1];
    if (wait === undefined) return undefined;
    const spread = Math.round(wait * (0.8 + 0.4 * this.random()));
    return Math.max(spread, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
  }
}
