import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type StreamSettings } from '#config';
import { AppError, type Caller, type CreateCompletion, type ReplyEnd, toAppError } from '#contracts';
import { type MessageReader } from '#ledger';
import { type Log } from '#observability';
import { toOpenAiError } from '#runtime';
import { type OpenStreams } from '../open-streams.js';
import { type ReplyFeed } from '../reply-feed.js';
import { type WaitingComment } from '../waiting-comment.js';
import { type AcceptChat, failureOf, type Visit } from './accept-chat.js';
import { CompletionChunks } from './completion-chunks.js';
import { LateStream } from './late-stream.js';

/** Streams a chat completion. What fails before the first byte is answered as every other failure; later, as a chunk. */
export class StreamChat {
  constructor(
    private readonly accept: AcceptChat,
    private readonly feed: ReplyFeed,
    private readonly reader: MessageReader,
    private readonly open: OpenStreams,
    private readonly waiting: WaitingComment,
    private readonly settings: StreamSettings,
    private readonly log: Log,
  ) {}

  /** @throws AppError how the message failed, draining, redis_unavailable, and what accepting throws */
  async run(
    caller: Caller,
    body: CreateCompletion,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const place = this.open.enter();
    try {
      const visit = await this.accept.run(caller, body, request, reply);
      const out = new LateStream(reply, this.settings.value.write_timeout);
      await this.#answer(visit, body, out, AbortSignal.any([place.signal, gone.signal])).catch(
        async (thrown: unknown) => {
          if (gone.signal.aborted) return visit.leave(out.begun);
          visit.stay();
          await this.#fail(thrown, out, request);
        },
      );
    } finally {
      this.open.leave(place);
    }
  }

  async #answer(visit: Visit, body: CreateCompletion, out: LateStream, signal: AbortSignal): Promise<void> {
    const { message } = visit;
    const chunks = new CompletionChunks(message, body.stream_options?.include_usage ?? false);
    out.greeting = chunks.first();
    for await (const batch of (await this.feed.open(message.tenantId, message.id, 0, signal)) ?? []) {
      if ('silent' in batch) {
        await out.comment(await this.waiting.of(batch.silent));
        continue;
      }
      await out.write(chunks.of(batch));
      if (chunks.startsAnew) throw beganAgain(message.id);
      const end = batch.map(({ event }) => event).find((event) => event.type === 'end');
      if (end) return this.#end(end, visit, chunks, out);
    }
    throw new AppError('draining', 'This process is shutting down; the message goes on, ask again');
  }

  async #end(end: ReplyEnd, visit: Visit, chunks: CompletionChunks, out: LateStream): Promise<void> {
    const { tenantId, id } = visit.message;
    // Calls are no part of the stream; whoever sees its end can read them.
    const message = await this.reader.get(tenantId, id);
    if (end.status !== 'completed') throw failureOf(message);
    await out.write(chunks.end(end, message.reply?.toolCalls));
    visit.stay();
    out.end();
  }

  async #fail(thrown: unknown, out: LateStream, request: FastifyRequest): Promise<void> {
    const error = toAppError(thrown);
    if (!out.begun) throw error;
    this.log.warn({ err: error, request_id: request.id }, 'the stream of a chat completion broke off');
    this.open.broke(error.code);
    await out.write(`data: ${JSON.stringify(toOpenAiError(error))}\n\n`);
    out.end();
  }
}

/** A chunk takes nothing back. */
function beganAgain(id: string): AppError {
  return new AppError(
    'stream_lost',
    `The answer began again, and is another one than what was sent; it goes on, and will be at /api/v1/messages/${id}`,
  );
}
