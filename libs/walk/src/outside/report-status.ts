import {
  AppError,
  type Caller,
  CANCELLED,
  type FinalStatus,
  type Message,
  type Metadata,
  type ReportStatus,
} from '#contracts';
import { type Database } from '#database';
import { type Held, type MessageReader, type OutsideWorker } from '#ledger';
import { type OutsideEnding } from './outside-ending.js';
import { type OutsideLeases } from './outside-leases.js';

/** Longest part of `processor_id` that tells workers apart. */
const MAX_NAME = 128;

/** Reports merge their metadata, so the sum has a bound of its own. */
const MAX_METADATA_BYTES = 65_536;

type EndStatus = Exclude<FinalStatus, 'cancelled'>;

export interface Reported {
  readonly message: Message;
  /** Until when the message is the worker's; null: it is not, or not any more. */
  readonly leaseUntil: Date | null;
}

/**
 * Lets workers that are not ours run messages: they take one, renew their lease, and end it or give it back. Every write
 * is fenced by the attempt, and none takes a message from a worker that lives.
 */
export class ReportMessageStatus {
  constructor(
    private readonly database: Database,
    private readonly reader: MessageReader,
    private readonly leases: OutsideLeases,
    private readonly ending: OutsideEnding,
  ) {}

  /** @throws AppError message_not_found, invalid_transition, cancelled, invalid_request, database_unavailable */
  async run(caller: Caller, id: string, report: ReportStatus): Promise<Reported> {
    this.ending.requireShortReply(report);
    if (report.metadata) requireSmall((await this.reader.get(caller.tenantId, id)).metadata, report.metadata);
    const worker = { tenantId: caller.tenantId, id, workerId: nameOf(caller, report) };
    return this.database.answer(() => this.#report(worker, report));
  }

  async #report(worker: OutsideWorker, report: ReportStatus): Promise<Reported> {
    if (report.status !== 'processing' && report.status !== 'pending')
      return this.#end(worker, report.status, report);
    const held = await (report.status === 'processing'
      ? this.leases.take(worker, report)
      : this.leases.giveBack(worker, report));
    if (held.cancelRequested) return this.#cancel(held);
    if (report.status === 'processing') return held;
    return { message: await this.reader.get(worker.tenantId, worker.id), leaseUntil: null };
  }

  /** Saying it twice is as good as once, since the answer to the first time may have got lost. */
  async #end(worker: OutsideWorker, status: EndStatus, report: ReportStatus): Promise<Reported> {
    const held = await this.leases.hold(worker, report);
    const ended = held ? await this.ending.run(held, status, report) : false;
    if (!ended && !(await this.leases.hasEnded(worker, status, report.attempt)))
      return this.leases.refuse(worker, status);
    return { message: await this.reader.get(worker.tenantId, worker.id), leaseUntil: null };
  }

  /** Somebody wants it cancelled, and this is the moment in which its worker can be told. */
  async #cancel(held: Held): Promise<never> {
    await this.ending.run(held, 'cancelled', { status: 'processing' });
    throw new AppError('cancelled', CANCELLED.message);
  }
}

/** The callers of one key are one worker, unless they say who they are. */
function nameOf({ keyName }: Caller, { worker, metadata }: ReportStatus): string {
  const told = worker ?? metadata?.['processor_id'];
  return ['external', keyName, typeof told === 'string' ? told.slice(0, MAX_NAME) : ''].join('\n');
}

function requireSmall(known: Metadata, added: Metadata): void {
  const bytes = Buffer.byteLength(JSON.stringify({ ...known, ...added }));
  if (bytes <= MAX_METADATA_BYTES) return;
  const message = `would have ${bytes} bytes of JSON in all, at most ${MAX_METADATA_BYTES} are allowed`;
  throw new AppError('invalid_request', `metadata: ${message}`, { fields: [{ field: 'metadata', message }] });
}
