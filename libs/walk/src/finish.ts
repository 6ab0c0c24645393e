import {
  type Failure,
  type FinalStatus,
  type Message,
  type ReplyEnd,
  type ToolCall,
  type Usage,
} from '#contracts';
import { type ControlBus } from '#control';
import { type CallUse, type MessageLedger, replyData } from '#ledger';
import { type Log, type Metrics, traceTags } from '#observability';
import { type ReplyWriter } from '#streaming';
import { type Announce, type Ended } from './announce.js';
import { type Enqueuer } from './enqueuer.js';
import { type FairShare } from './fair-share.js';
import { untilStored } from './until-stored.js';

/** Everything that is known when an attempt ends for good. */
export interface Ending {
  readonly status: FinalStatus;
  readonly failure?: Failure;
  /** Whether it becomes a dead letter. */
  readonly dead: boolean;
  readonly callId: string | null;
  readonly callState: 'completed' | 'failed' | 'aborted' | 'cached';
  /** Null: there is nothing to keep. */
  readonly content: string | null;
  readonly provider: string;
  readonly model: string;
  readonly finishReason: string | null;
  /** Of all answers of the attempt, one that was there already included. */
  readonly usage: Usage;
  /** Of those that were made for it: nothing, where the answer was there. */
  readonly paid: Usage;
  /** What the last call is written down to have used. */
  readonly use: CallUse;
  readonly toolCalls?: readonly ToolCall[];
  readonly reasoning?: string;
  /** The result, where one of a certain form was asked for. */
  readonly data?: unknown;
  readonly cacheAge?: number;
}

/** The stream waits this long for its log before it is left to the ledger to say how the message ended. */
const STREAM_PATIENCE_MS = 5_000;

/** The end of a message: into the ledger first, then to whoever reads the stream, then the next turn. */
export class Finish {
  constructor(
    private readonly ledger: MessageLedger,
    private readonly enqueuer: Enqueuer,
    private readonly share: FairShare,
    private readonly bus: ControlBus,
    private readonly announce: Announce,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /** False when another attempt has taken over, so that this one changed nothing. */
  async run(message: Message, ending: Ending, writer: ReplyWriter): Promise<boolean> {
    if (!(await untilStored(() => this.ledger.finish(rowOf(message, ending)), this.log))) {
      writer.abandon();
      return false;
    }
    this.log.info({ ...tagsOf(message), status: ending.status }, 'message ended');
    this.announce.ended(message, endedOf(ending));
    await writer.end(eventOf(ending), STREAM_PATIENCE_MS);
    this.share.settle(message, ending.paid);
    this.#count(message, ending);
    await this.#releaseNext(message);
    return true;
  }

  #count(message: Message, { status, failure, dead }: Ending): void {
    const { priority, createdAt, scheduledAt } = message;
    const since = Math.max(createdAt.getTime(), scheduledAt?.getTime() ?? 0);
    this.metrics.finished.inc({ priority, status });
    this.metrics.requestDuration.observe({ priority, status }, Math.max(0, Date.now() - since) / 1_000);
    if (!dead || !failure) return;
    this.metrics.deadLettered.inc({ code: failure.code });
    this.bus.publish('message.dead', {
      messageId: message.id,
      tenantId: message.tenantId,
      code: failure.code,
    });
  }

  async #releaseNext({ conversationId }: Message): Promise<void> {
    if (conversationId === null) return;
    try {
      await this.enqueuer.releaseNext(conversationId);
    } catch (error) {
      this.log.warn(
        { err: error, conversation_id: conversationId },
        'the next turn is left to the reconciler',
      );
    }
  }
}

/** What every log line about a message carries: the request id is the one that its sender knows. */
export function tagsOf({ id, requestId, attempt, options }: Message) {
  const trace = traceTags(options?.traceparent);
  return { message_id: id, request_id: requestId, attempt, ...trace };
}

function rowOf(message: Message, ending: Ending) {
  return {
    id: message.id,
    attempt: message.attempt,
    status: ending.status,
    error_code: ending.failure?.code ?? null,
    error_message: ending.failure?.message ?? null,
    dead: ending.dead,
    call_id: ending.callId,
    call_state: ending.callState,
    content: ending.content,
    provider: ending.provider,
    model: ending.model,
    finish_reason: ending.finishReason,
    ...ending.use,
    reply_prompt_tokens: ending.usage.promptTokens,
    reply_completion_tokens: ending.usage.completionTokens,
    reply_estimated: ending.usage.estimated,
    data: replyData(ending),
  };
}

function endedOf({ status, failure, content, data, usage }: Ending): Ended {
  return { status, failure, reply: content === null ? null : { content, data, usage } };
}

function eventOf({ status, finishReason, usage, failure, cacheAge }: Ending): ReplyEnd {
  return {
    type: 'end',
    status,
    ...(finishReason !== null && { finishReason }),
    ...(status === 'completed' && { usage }),
    ...(cacheAge !== undefined && { cached: true as const }),
    ...(failure && { error: failure }),
  };
}
