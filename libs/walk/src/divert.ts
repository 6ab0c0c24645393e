import { type AppError, type Message } from '#contracts';
import { type CallUse, type MessageLedger, type ScheduleLedger } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type AttemptState } from './end-attempt.js';
import { type Enqueuer } from './enqueuer.js';
import { tagsOf } from './finish.js';
import { untilStored } from './until-stored.js';

/** What another provider may do better; what is wrong with the message itself is wrong everywhere. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'provider_rate_limited',
  'provider_quota_exhausted',
  'provider_unavailable',
  'provider_overloaded',
  'provider_timeout',
  'provider_unauthorized',
  'provider_bad_response',
]);

/** Where a message goes when it cannot be answered where it is; undefined: it has been everywhere. */
export function nextTarget({ targets, target, diversions }: Message): number | undefined {
  return diversions + 1 < targets.length ? (target + 1) % targets.length : undefined;
}

/** Sends a message on to its next target when its provider fails before the first byte. */
export class Divert {
  constructor(
    private readonly ledger: MessageLedger,
    private readonly schedule: ScheduleLedger,
    private readonly enqueuer: Enqueuer,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  isFor({ message, heard }: AttemptState, error: AppError): boolean {
    return !heard && ELSEWHERE.has(error.code) && nextTarget(message) !== undefined;
  }

  /** False when it is not this attempt's any more, or cancelled. What cannot be enqueued now is left to the reconciler. */
  async run(message: Message, error: AppError, use: CallUse): Promise<boolean> {
    const { id, attempt, lane, targets } = message;
    const target = nextTarget(message)!;
    const { code } = error;
    const diverted = await untilStored(() => this.ledger.divert(id, attempt, target, code, use), this.log);
    if (!diverted) return false;
    this.metrics.diverted.inc({ lane, code });
    const why = { code, reason: error.message, to: targets[target] };
    this.log.info({ ...tagsOf(message), ...why }, 'goes to another provider');
    try {
      await this.enqueuer.enqueue(await this.schedule.heads([id]));
    } catch (err) {
      this.log.warn({ err, message_id: id }, 'left to the reconciler: the schedule is away');
    }
    return true;
  }
}
