import { type QueueSettings } from '#config';
import { AppError, type Priority } from '#contracts';
import { type Metrics } from '#observability';
import { type Band } from '#queue';
import { type Pauses } from '../pauses.js';
import { type Shedder } from './shedder.js';

/** Whoever is turned away is never told to wait longer, nor shorter. */
const MAX_RETRY_AFTER_MS = 60_000;
const MIN_RETRY_AFTER_MS = 1_000;

/** Turns new messages away. What was accepted is never dropped. */
export class Door {
  constructor(
    private readonly pauses: Pauses,
    private readonly shedder: Shedder,
    private readonly settings: QueueSettings,
    private readonly metrics: Metrics,
  ) {}

  /**
   * `estimateMs`: how long the message would wait.
   * @throws AppError draining, shed, queue_full
   */
  requireOpen(band: Band, waiting: number, estimateMs: () => number | undefined): void {
    const { lane, priority } = band;
    if (!this.pauses.accepting(lane, priority)) throw this.#drained(priority);
    if (this.shedder.isShed(lane, priority)) {
      const message = `Too much waits for ${lane}: no new ${priority} messages until it gets less`;
      throw this.#refusal('shed', priority, message, estimateMs());
    }
    const max = this.settings.value.bands[priority].max_waiting;
    if (waiting < max) return;
    const message = `${waiting} messages wait with priority ${priority} for ${lane}, at most ${max} may`;
    throw this.#refusal('queue_full', priority, message, estimateMs());
  }

  /** 503 and not 429: nothing that the caller does less of would help. */
  #drained(priority: Priority): AppError {
    this.metrics.refused.inc({ priority, code: 'draining' });
    const message = `An operator drains the queue: no new ${priority} messages until it is resumed`;
    return new AppError('draining', message, { retryAfterMs: MAX_RETRY_AFTER_MS });
  }

  #refusal(code: 'shed' | 'queue_full', priority: Priority, message: string, ms: number | undefined) {
    this.metrics.refused.inc({ priority, code });
    const retryAfterMs = Math.min(Math.max(ms ?? 0, MIN_RETRY_AFTER_MS), MAX_RETRY_AFTER_MS);
    return new AppError(code, message, { retryAfterMs, estimatedWaitMs: ms ?? null });
  }
}
