import { type ReplyEnd } from '#contracts';
import { type ControlBus } from '#control';
import { type EndedMessage } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type JobQueue } from '#queue';
import { type ReplyStreams } from '#streaming';
import { type Announce } from './announce.js';
import { type Enqueuer } from './enqueuer.js';

/** The stream waits this long for its log before it is left to the ledger to say how the message ended. */
const STREAM_PATIENCE_MS = 5_000;

/**
 * Tidies up behind a message that ended without a worker of ours: its readers, its job, the next turn of its
 * conversation. Nothing here decides anything: what fails is done by the reconciler, by a reader that asks the ledger, or
 * when the job's turn comes and the ledger says that the message has ended.
 */
export class Aftermath {
  constructor(
    private readonly streams: ReplyStreams,
    private readonly queue: JobQueue,
    private readonly enqueuer: Enqueuer,
    private readonly bus: ControlBus,
    private readonly announce: Announce,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** `text`: what its readers have not been told yet. Never throws. */
  async run(message: EndedMessage, end: ReplyEnd, text = ''): Promise<void> {
    const { id, lane, priority, attempt, conversationId } = message;
    this.#count(message, end);
    this.announce.ended(message, { status: end.status, failure: end.error, reply: saidBy(end, text) });
    const steps = await Promise.allSettled([
      text === '' ? this.streams.end(id, end) : this.#tell(message, end, text),
      this.queue.remove(id, { lane, priority }, attempt),
      conversationId === null ? undefined : this.enqueuer.releaseNext(conversationId),
    ]);
    for (const step of steps)
      if (step.status === 'rejected')
        this.log.warn({ err: step.reason as unknown, message_id: id }, 'tidying up failed');
  }

  #count({ id, tenantId, priority }: EndedMessage, { status, error }: ReplyEnd): void {
    this.metrics.finished.inc({ priority, status });
    if (!error || (status !== 'failed' && status !== 'timeout')) return;
    this.metrics.deadLettered.inc({ code: error.code });
    this.bus.publish('message.dead', { messageId: id, tenantId, code: error.code });
  }

  async #tell({ id, attempt }: EndedMessage, end: ReplyEnd, text: string): Promise<void> {
    const writer = this.streams.writer(id, attempt, {
      coalesceMs: 0,
      onFenced: () => undefined,
      onError: (err) => this.log.warn({ err, message_id: id }, 'the reply stream is away'),
    });
    await writer.open('retry');
    writer.delta(text);
    await writer.end(end, STREAM_PATIENCE_MS);
  }
}

function saidBy({ usage }: ReplyEnd, content: string) {
  return usage ? { content, usage } : null;
}
