import { type ReplyEnd, type ReplyEntry, taskIdOf, taskStatusOf, tokenUsageOf } from '#contracts';

/**
 * Up to this length every event also holds the whole text so far. Of a longer one only the last event does, since a text
 * that is repeated with each of its words costs the square of its length.
 */
const MAX_REPEATED = 16_384;

/** The reply of a task as server-sent events, in the words of its clients. */
export class TaskFrames {
  readonly #taskId: string;
  #content = '';

  constructor(messageId: string) {
    this.#taskId = taskIdOf(messageId);
  }

  /** So that the client knows the task before anything is said. */
  first(): string {
    return this.#frame({ delta: '', content: '', finished: false, status: 'queued' });
  }

  of(batch: readonly ReplyEntry[]): string {
    let delta = '';
    let frames = '';
    const flush = (seq: number) => {
      if (delta !== '') frames += this.#delta(delta, seq);
      delta = '';
    };
    for (const { seq, event } of batch) {
      if (event.type === 'delta') {
        delta += event.text;
        if (seq === batch.at(-1)!.seq) flush(seq);
        continue;
      }
      flush(seq);
      if (event.type === 'reset') frames += this.#reset(seq);
      if (event.type === 'end') frames += this.#end(event, seq);
    }
    return frames;
  }

  /** The stream breaks off, and the task goes on. */
  broken(error: string, code: string): string {
    return this.#frame({ delta: '', content: this.#content, finished: false, error, error_code: code });
  }

  #delta(delta: string, seq: number): string {
    this.#content += delta;
    const content = this.#content.length <= MAX_REPEATED ? this.#content : null;
    return this.#frame({ delta, content, finished: false }, seq);
  }

  /** What was said so far is said anew. */
  #reset(seq: number): string {
    if (this.#content === '') return '';
    this.#content = '';
    return this.#frame({ delta: '', content: '', finished: false, reset: true }, seq);
  }

  #end({ status, usage, error }: ReplyEnd, seq: number): string {
    return this.#frame(
      {
        delta: '',
        content: this.#content,
        finished: true,
        status: taskStatusOf(status),
        ...(usage && { token_usage: tokenUsageOf(usage) }),
        ...(error && { error: error.message, error_code: error.code }),
      },
      seq,
    );
  }

  #frame(event: Readonly<Record<string, unknown>>, seq?: number): string {
    const data = { task_id: this.#taskId, ...event, timestamp: new Date().toISOString() };
    return `${seq === undefined ? '' : `id: ${seq}\n`}data: ${JSON.stringify(data)}\n\n`;
  }
}
