import { type InsertedRow, type NewMessageRow } from '#ledger';
import { type Admission } from './admission.js';
import { type Announce } from './announce.js';
import { type Enqueuer } from './enqueuer.js';
import { type QueueView } from './queue-view.js';
import { type Accepted } from './walk.js';

/** Everything behind the commit of a new message: its place in the queue, the schedule, and whoever listens. */
export class AfterCommit {
  constructor(
    private readonly admission: Admission,
    private readonly view: QueueView,
    private readonly enqueuer: Enqueuer,
    private readonly announce: Announce,
  ) {}

  run(row: NewMessageRow, inserted: InsertedRow): Accepted {
    const message = this.admission.asMessage(row, inserted);
    const queue = this.view.accepted(message, inserted.turns_ahead);
    this.announce.accepted(message);
    this.enqueuer.accepted(message, inserted.handover);
    return { message, queue, replayed: false };
  }
}
