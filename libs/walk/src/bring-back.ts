import { type Requeued, type ScheduleLedger } from '#ledger';
import { type Log } from '#observability';
import { withDeadline } from '#runtime';
import { type ReplyStreams } from '#streaming';
import { type Enqueuer } from './enqueuer.js';

/** Whoever requeues waits this long for a reply stream; the next attempt opens it again itself. */
const STREAM_PATIENCE_MS = 500;

/**
 * What follows when messages were requeued: their streams wait for another attempt, then they go into the schedule. The
 * ledger has decided already, so what fails here is left to the next attempt and to the reconciler.
 */
export class BringBack {
  constructor(
    private readonly streams: ReplyStreams,
    private readonly schedule: ScheduleLedger,
    private readonly enqueuer: Enqueuer,
    private readonly log: Log,
  ) {}

  /** To be awaited before `enqueue`: an attempt must not begin while its stream is opened again. */
  async reopen(messages: readonly Requeued[]): Promise<void> {
    const streams = Promise.all(messages.map(({ id, attempt }) => this.streams.reopen(id, attempt)));
    await this.#orLater(withDeadline(streams, STREAM_PATIENCE_MS, 'redis_unavailable', 'The reply streams'));
  }

  /** Those whose turn it is; the others come when the turn before them has ended. */
  async enqueue(messages: readonly Requeued[]): Promise<void> {
    await this.#orLater(
      this.schedule.heads(messages.map(({ id }) => id)).then((heads) => this.enqueuer.enqueue(heads)),
    );
  }

  /** A conversation is blocked no more: its next turn, if there is one, goes into the schedule. */
  async releaseNext(conversationId: string): Promise<void> {
    await this.#orLater(this.enqueuer.releaseNext(conversationId));
  }

  async #orLater(work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (err) {
      this.log.warn({ err }, 'requeued messages are left to the reconciler');
    }
  }
}
