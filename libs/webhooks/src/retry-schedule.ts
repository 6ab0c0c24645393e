import { type TaskEventType } from '#contracts';

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
  next(event: TaskEventType, tries: number, retryAfterMs = 0): number | undefined {
    const isEnd = event === 'completed' || event === 'failed';
    const wait = (isEnd ? this.waitsMs : SHORT_WAITS_MS)[tries - 1];
    if (wait === undefined) return undefined;
    const spread = Math.round(wait * (0.8 + 0.4 * this.random()));
    return Math.max(spread, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
  }
}
