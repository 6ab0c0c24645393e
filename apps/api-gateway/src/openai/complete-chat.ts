import { type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError, type Caller, type CreateCompletion, isFinal, type Message } from '#contracts';
import { type MessageReader } from '#ledger';
import { type OpenStreams } from '../open-streams.js';
import { type ReplyFeed } from '../reply-feed.js';
import { type AcceptChat, failureOf, type Visit } from './accept-chat.js';
import { completionView } from './completion.view.js';

/** Answers a chat completion when its message has ended. */
export class CompleteChat {
  constructor(
    private readonly accept: AcceptChat,
    private readonly feed: ReplyFeed,
    private readonly reader: MessageReader,
    private readonly open: OpenStreams,
  ) {}

  /** @throws AppError how the message failed, draining, redis_unavailable, and what accepting throws */
  async run(caller: Caller, body: CreateCompletion, request: FastifyRequest, reply: FastifyReply) {
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const waiting = this.open.enter();
    try {
      const visit = await this.accept.run(caller, body, request, reply);
      const message = await this.#ended(visit, AbortSignal.any([waiting.signal, gone.signal]));
      return answerOf(message, visit, gone.signal);
    } finally {
      this.open.leave(waiting);
    }
  }

  /** The message as it is when it has ended, or when nobody waits any more. */
  async #ended(visit: Visit, over: AbortSignal): Promise<Message> {
    const { tenantId, id } = visit.message;
    try {
      for await (const batch of (await this.feed.open(tenantId, id, 0, over)) ?? [])
        if (!('silent' in batch) && batch.some(({ event }) => event.type === 'end')) break;
      return await this.reader.get(tenantId, id);
    } catch (error) {
      // It goes on, and whoever asks again gets its answer.
      visit.stay();
      throw error;
    }
  }
}

function answerOf(message: Message, visit: Visit, gone: AbortSignal) {
  const { status, reply } = message;
  if (isFinal(status)) {
    visit.stay();
    if (status === 'completed' && reply) return completionView(message, reply);
    throw failureOf(message);
  }
  if (!gone.aborted) {
    visit.stay();
    throw new AppError('draining', 'This process is shutting down; the message goes on, ask again');
  }
  visit.leave(false);
  throw new AppError('cancelled', 'The caller has gone');
}
