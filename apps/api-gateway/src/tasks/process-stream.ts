import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type StreamSettings } from '#config';
import { type Caller, type CreateTask, type Message, toAppError } from '#contracts';
import { type Log } from '#observability';
import { type Asked } from '#walk';
import { type OpenStreams } from '../open-streams.js';
import { type Feed, type ReplyFeed } from '../reply-feed.js';
import { EventStream } from '../server-sent-events.js';
import { type AcceptTask } from './accept-task.js';
import { TaskFrames } from './task-frames.js';

/** Runs a task while its caller reads along; whoever leaves leaves the task to go on. */
export class ProcessStream {
  constructor(
    private readonly accept: AcceptTask,
    private readonly feed: ReplyFeed,
    private readonly open: OpenStreams,
    private readonly settings: StreamSettings,
    private readonly log: Log,
  ) {}

  /** Errors before the first byte are thrown and answered as problems. */
  async run(
    caller: Caller,
    task: CreateTask,
    asked: Asked,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const stream = this.open.enter();
    reply.raw.on('close', () => stream.abort());
    try {
      const { message } = await this.accept.run(caller, task, asked);
      await this.#send(message, stream.signal, request, reply);
    } finally {
      this.open.leave(stream);
    }
  }

  async #send(
    message: Message,
    signal: AbortSignal,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const stream = EventStream.over(reply, this.settings.value.write_timeout);
    const frames = new TaskFrames(message.id);
    try {
      await stream.write(frames.first());
      const feed = await this.feed.open(message.tenantId, message.id, 0, signal);
      if (feed) await pass(feed, stream, frames);
    } catch (error) {
      this.log.warn({ err: error, request_id: request.id }, 'the stream of a task broke off');
      const { message: why, code } = toAppError(error);
      await stream.write(frames.broken(code === 'internal' ? 'The stream broke off' : why, code));
    } finally {
      stream.end();
    }
  }
}

async function pass(feed: Feed, stream: EventStream, frames: TaskFrames): Promise<void> {
  for await (const batch of feed) {
    if ('silent' in batch) await stream.comment('waiting');
    else await stream.write(frames.of(batch));
  }
}
