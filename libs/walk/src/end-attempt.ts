import { type AppError, CANCELLED, type Message, storable, toAppError, type Usage } from '#contracts';
import { type CallUse, type MessageLedger } from '#ledger';
import { type Log, type Metrics, type Span } from '#observability';
import { type ChatMessage } from '#providers';
import { type ReplyWriter } from '#streaming';
import { type CallCosts, usedUntil } from './call-costs.js';
import { type Divert } from './divert.js';
import { type Ending, type Finish, tagsOf } from './finish.js';
import { type Generated, paidFor } from './generate.js';
import { type RetryPolicy } from './retry-policy.js';
import { Stopped } from './running-messages.js';
import { isSaturated } from './saturated.js';
import { type Task } from './tasks/task.js';
import { untilStored } from './until-stored.js';
import { plus } from './usage.js';

const TIMED_OUT: ReadonlySet<string> = new Set(['provider_timeout', 'expired']);

/** What becomes of the job in the schedule. `lost`: it belongs to another worker already. */
export type Outcome =
  | 'done'
  | 'put-back'
  | 'lost'
  /** `overloaded`: the upstream did not answer in time. */
  | { readonly againInMs: number; readonly overloaded?: boolean };

/** What an attempt has come to by the time it ends. */
export interface AttemptState {
  readonly message: Message;
  readonly span: Span;
  readonly writer: ReplyWriter;
  readonly provider: string;
  readonly model: string;
  /** Undefined until it is known what to ask. */
  task?: Task;
  prompt: readonly ChatMessage[];
  callId: string | null;
  /** Whether a provider was asked. */
  called: boolean;
  /** Whether a provider has said anything: then no other one goes on in its place. */
  heard: boolean;
  /** Where its last call was made, and with which key, once that is decided. */
  endpoint?: string;
  keyId?: string;
  /** What the last call has used, once it has ended. */
  use?: CallUse;
  /** By its calls before the last one. */
  spent: Usage;
  /** The last answer, where it was not the result that was asked for. */
  rejected?: Generated;
}

/** How one attempt ends: stored, cancelled, handed back, sent to wait for another try, or buried. */
export class EndAttempt {
  constructor(
    private readonly ledger: MessageLedger,
    private readonly finish: Finish,
    private readonly policy: RetryPolicy,
    private readonly divert: Divert,
    private readonly costs: CallCosts,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  async succeeded(state: AttemptState, generated: Generated): Promise<Outcome> {
    const status = 'completed';
    const callState = generated.cacheAge === undefined ? 'completed' : 'cached';
    return this.#end(state, { ...this.#said(state, generated), status, dead: false, callState });
  }

  async failed(state: AttemptState, error: unknown): Promise<Outcome> {
    if (error instanceof Stopped) return this.#stopped(state, error);
    const failure = toAppError(error);
    state.span.fail(failure);
    // No prompt: no provider was asked, and nothing failed but the ledger.
    if (failure.code === 'database_unavailable' && state.prompt.length === 0) return this.#handBack(state);
    if (this.divert.isFor(state, failure)) return this.#elsewhere(state, failure);
    if (isSaturated(failure)) return this.#turnedAway(state, failure);
    if (failure.code === 'internal')
      this.log.error({ err: error, ...tagsOf(state.message) }, 'a bug failed an attempt');
    const verdict = this.policy.judge(failure, state.message);
    return verdict.retry ? this.#again(state, failure, verdict.delayMs) : this.bury(state, failure);
  }

  /** The message fails for good and becomes a dead letter. */
  async bury(state: AttemptState, error: AppError): Promise<Outcome> {
    state.span.fail(error);
    const status = TIMED_OUT.has(error.code) ? 'timeout' : 'failed';
    const failure = { code: error.code, message: storable(error.message) };
    this.log.warn(
      { ...tagsOf(state.message), code: error.code, reason: error.message },
      'message failed for good',
    );
    const { rejected } = state;
    const isSaid = rejected && error.code === 'result_invalid';
    const kept = isSaid ? this.#said(state, rejected) : this.#nothing(state, error);
    return this.#end(state, { ...kept, status, failure, dead: true, callState: 'failed' });
  }

  async #stopped(state: AttemptState, stopped: Stopped): Promise<Outcome> {
    switch (stopped.reason) {
      case 'cancelled':
        return this.#cancelled(state, stopped);
      case 'lock_lost':
        state.writer.abandon();
        return 'lost';
      case 'draining':
        return this.#handBack(state, stopped);
    }
  }

  /** For another attempt that is no retry: that this one ended is not the message's fault. */
  async #handBack(state: AttemptState, why?: AppError | Stopped): Promise<Outcome> {
    const { id, attempt } = state.message;
    const use = this.costs.ofFailed(state, why);
    state.writer.abandon();
    const code = why instanceof Stopped ? undefined : why?.code;
    await untilStored(() => this.ledger.handBack(id, attempt, code, use), this.log);
    return 'put-back';
  }

  /** A limit of the upstream is not the message's fault: it costs no attempt, and its lane is paused. */
  #turnedAway(state: AttemptState, error: AppError): Promise<Outcome> {
    this.metrics.upstreamPauses.inc({ lane: state.message.lane, code: error.code });
    this.log.info(
      { ...tagsOf(state.message), code: error.code, reason: error.message },
      'the upstream is saturated',
    );
    return this.#handBack(state, error);
  }

  async #elsewhere(state: AttemptState, error: AppError): Promise<Outcome> {
    const use = this.costs.ofFailed(state, error);
    if (!(await this.divert.run(state.message, error, use))) return this.#cancelled(state, error);
    state.writer.abandon();
    return 'done';
  }

  /** What was said until then is kept: it was paid for. */
  #cancelled(state: AttemptState, why: unknown): Promise<Outcome> {
    const { writer } = state;
    const partial = writer.text === '' ? null : writer.text;
    return this.#end(state, {
      ...this.#nothing(state, why),
      status: 'cancelled',
      failure: CANCELLED,
      dead: false,
      callState: 'aborted',
      content: partial,
      finishReason: partial && 'cancelled',
    });
  }

  async #again(state: AttemptState, error: AppError, delayMs: number): Promise<Outcome> {
    const { message, writer, callId } = state;
    const row = {
      id: message.id,
      attempt: message.attempt,
      delay_ms: delayMs,
      error_code: error.code,
      error_message: storable(error.message),
      call_id: callId,
      ...this.costs.ofFailed(state, error),
    };
    // What is not to be retried was cancelled meanwhile, or is another worker's, and then nothing changes here either.
    if (!(await untilStored(() => this.ledger.retry(row), this.log))) return this.#cancelled(state, error);
    writer.abandon();
    this.metrics.retried.inc({ code: error.code });
    const why = { code: error.code, reason: error.message, delay_ms: delayMs };
    this.log.info({ ...tagsOf(message), ...why }, 'will retry');
    return { againInMs: delayMs, overloaded: error.code === 'provider_timeout' };
  }

  async #end({ message, writer }: AttemptState, ending: Ending): Promise<Outcome> {
    return (await this.finish.run(message, ending, writer)) ? 'done' : 'lost';
  }

  /** An answer that is kept. */
  #said(state: AttemptState, generated: Generated) {
    const paid = paidFor(generated);
    return {
      ...generated,
      content: state.writer.text,
      usage: plus(state.spent, generated.usage),
      paid: plus(state.spent, paid),
      use: this.costs.of(state, paid),
    };
  }

  #nothing(state: AttemptState, why: unknown) {
    const { callId, provider, model, spent } = state;
    const usage = plus(spent, usedUntil(state, why));
    return {
      callId,
      provider,
      model,
      content: null,
      finishReason: null,
      usage,
      paid: usage,
      use: this.costs.ofFailed(state, why),
    };
  }
}
