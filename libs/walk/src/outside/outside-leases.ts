import { type QueueSettings } from '#config';
import { AppError, type FinalStatus, type ReportedStatus, type ReportStatus } from '#contracts';
import { type Held, type MessageTransitions, type OutsideLease, type OutsideWorker } from '#ledger';
import { type Announce } from '../announce.js';
import { type Reschedule } from '../reschedule.js';
import { refusal } from './refusal.js';

/**
 * The leases under which workers of somebody else have messages. One is as long as a lock of ours and is renewed by
 * saying `processing` again; when it runs out, whoever comes first takes the message over.
 */
export class OutsideLeases {
  constructor(
    private readonly transitions: MessageTransitions,
    private readonly reschedule: Reschedule,
    private readonly announce: Announce,
    private readonly settings: QueueSettings,
  ) {}

  /** Takes the message, or renews the lease. @throws AppError message_not_found, invalid_transition */
  async take(worker: OutsideWorker, report: ReportStatus): Promise<Held> {
    const lease = this.#leaseOf(report);
    // An attempt is named by who has the message already.
    const claimed = report.attempt === undefined ? await this.transitions.claim(worker, lease) : undefined;
    if (claimed) this.#tell(claimed);
    return claimed ?? (await this.transitions.hold(worker, lease)) ?? this.refuse(worker, report.status);
  }

  /** Undefined when the message is not this worker's. */
  hold(worker: OutsideWorker, report: ReportStatus): Promise<Held | undefined> {
    return this.transitions.hold(worker, this.#leaseOf(report));
  }

  /** The message waits again, and counts no failure. @throws AppError message_not_found, invalid_transition */
  async giveBack(worker: OutsideWorker, report: ReportStatus): Promise<Held> {
    const held = (await this.hold(worker, report)) ?? (await this.refuse(worker, report.status));
    if (held.cancelRequested) return held;
    const { id, attempt, lane, priority } = held.message;
    if (!(await this.transitions.giveBack(id, attempt))) return this.refuse(worker, report.status);
    void this.reschedule.run(held.message, { lane, priority });
    return held;
  }

  /** Whether it was this worker that brought the message to this end. */
  async hasEnded(
    { tenantId, id, workerId }: OutsideWorker,
    status: FinalStatus,
    attempt?: number,
  ): Promise<boolean> {
    const standing = await this.transitions.standing(tenantId, id);
    if (standing?.status !== status || standing.workerId !== workerId) return false;
    return attempt === undefined || attempt === standing.attempt;
  }

  /** Throws what says why the worker cannot do it. */
  async refuse({ tenantId, id, workerId }: OutsideWorker, wanted: ReportedStatus): Promise<never> {
    const standing = await this.transitions.standing(tenantId, id);
    if (!standing) throw new AppError('message_not_found', `There is no message ${id}`);
    throw refusal(standing, workerId, wanted);
  }

  #tell({ message }: Held): void {
    if (message.attempt === message.attemptsBefore + 1) this.announce.started(message);
  }

  #leaseOf({ metadata, attempt }: ReportStatus): OutsideLease {
    return { leaseMs: this.settings.value.lock_duration, metadata: metadata ?? {}, attempt };
  }
}
