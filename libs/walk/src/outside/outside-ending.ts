import { type MessageSettings } from '#config';
import {
  AppError,
  CANCELLED,
  type Failure,
  type FinalStatus,
  type Message,
  type ReplyEnd,
  type ReportStatus,
  type Usage,
} from '#contracts';
import { type Held, type MessageLedger } from '#ledger';
import { type Log } from '#observability';
import { type Aftermath } from '../aftermath.js';
import { tagsOf } from '../finish.js';

/** Characters of a token, roughly, where the worker has not counted. */
const CHARACTERS_PER_TOKEN = 4;

/** Whose reply it is, where the worker does not say. */
const OUTSIDE = 'external';

/** Ends messages that workers of somebody else have run. */
export class OutsideEnding {
  constructor(
    private readonly ledger: MessageLedger,
    private readonly aftermath: Aftermath,
    private readonly settings: MessageSettings,
    private readonly log: Log,
  ) {}

  /** @throws AppError invalid_request when the reply is too long */
  requireShortReply({ reply }: ReportStatus): void {
    const max = this.settings.value.max_reply_length;
    if (!reply || reply.content.length <= max) return;
    const message = `has ${reply.content.length} characters, at most ${max} are allowed`;
    const fields = [{ field: 'reply.content', message }];
    throw new AppError('invalid_request', `reply.content: ${message}`, { fields });
  }

  /** False when the attempt is not the current one any more. */
  async run({ message }: Held, status: FinalStatus, report: ReportStatus): Promise<boolean> {
    const { reply } = report;
    const failure = failureOf(status, report);
    const usage = usageOf(message, report);
    const stored = await this.ledger.finish({
      ...rowOf(message, status, failure, usage),
      content: reply?.content ?? null,
      provider: reply?.provider ?? OUTSIDE,
      model: reply?.model ?? OUTSIDE,
      finish_reason: reply?.finish_reason ?? null,
    });
    if (!stored) return false;
    this.log.info({ ...tagsOf(message), status }, 'message ended by a worker of somebody else');
    void this.aftermath.run(message, endOf(status, failure, report, usage), reply?.content);
    return true;
  }
}

function failureOf(status: FinalStatus, { error }: ReportStatus): Failure | undefined {
  if (status === 'cancelled') return CANCELLED;
  if (status === 'completed') return undefined;
  const code = error?.code ?? (status === 'timeout' ? 'provider_timeout' : 'worker_failed');
  return { code, message: error?.message ?? 'The worker gave no reason' };
}

function usageOf({ content }: Message, { reply }: ReportStatus): Usage {
  if (!reply) return { promptTokens: 0, completionTokens: 0, estimated: true };
  const { usage } = reply;
  if (usage)
    return { promptTokens: usage.prompt_tokens, completionTokens: usage.completion_tokens, estimated: false };
  const tokens = (text: string) => Math.ceil(text.length / CHARACTERS_PER_TOKEN);
  return { promptTokens: tokens(content), completionTokens: tokens(reply.content), estimated: true };
}

function rowOf({ id, attempt }: Message, status: FinalStatus, failure: Failure | undefined, usage: Usage) {
  return {
    id,
    attempt,
    status,
    error_code: failure?.code ?? null,
    error_message: failure?.message ?? null,
    dead: status === 'failed' || status === 'timeout',
    call_id: null,
    call_state: 'completed',
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    usage_estimated: usage.estimated,
  };
}

function endOf(
  status: FinalStatus,
  failure: Failure | undefined,
  { reply }: ReportStatus,
  usage: Usage,
): ReplyEnd {
  return {
    type: 'end',
    status,
    ...(reply?.finish_reason !== undefined && { finishReason: reply.finish_reason }),
    ...(reply && { usage }),
    ...(failure && { error: failure }),
  };
}
