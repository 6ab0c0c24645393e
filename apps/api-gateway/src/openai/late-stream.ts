import { type FastifyReply } from 'fastify';
import { EventStream } from '../server-sent-events.js';

/** Server-sent events that begin with the first thing to say, so that what fails before has a status of its own. */
export class LateStream {
  /** Said before everything else. */
  greeting = '';
  #stream: EventStream | undefined;

  constructor(
    private readonly reply: FastifyReply,
    private readonly writeTimeoutMs: number,
  ) {}

  get begun(): boolean {
    return this.#stream !== undefined;
  }

  async write(text: string): Promise<void> {
    if (text === '') return;
    const stream = this.#open();
    const { greeting } = this;
    this.greeting = '';
    await stream.write(greeting + text);
  }

  async comment(text: string): Promise<void> {
    await this.#open().comment(text);
  }

  end(): void {
    this.#stream?.end();
  }

  #open(): EventStream {
    return (this.#stream ??= EventStream.over(this.reply, this.writeTimeoutMs, ''));
  }
}
