import { newId } from '#contracts';
import { type ProviderCalls } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type CallCosts } from '../call-costs.js';
import { type AttemptState } from '../end-attempt.js';
import { tagsOf } from '../finish.js';
import { type Generated, paidFor } from '../generate.js';
import { type Recall, type Rejected, type Verdict } from '../recall.js';
import { Stopped } from '../running-messages.js';
import { untilStored } from '../until-stored.js';
import { plus } from '../usage.js';
import { promptAgain, resultInvalid } from './ask-again.js';
import { readResult } from './read-result.js';
import { type Tasks } from './tasks.js';

/**
 * Asks the cache or the provider for the reply. Where a result of a certain form must come back, an answer that is none is
 * asked for once more in the same attempt: as a call of its own, which is told what was wrong.
 */
export class AskForResult {
  constructor(
    private readonly recall: Recall,
    private readonly tasks: Tasks,
    private readonly calls: ProviderCalls,
    private readonly costs: CallCosts,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * @throws AppError as `Generate` does, or result_invalid
   * @throws Stopped when the signal says so, or the attempt is another's
   */
  async run(state: AttemptState, signal: AbortSignal): Promise<Generated> {
    const first = await this.#ask(state, signal, 'valid');
    if (!('rejected' in first)) return first;
    await this.#turnDown(state, first);
    const last = await this.#ask(state, signal, 'repaired');
    if (!('rejected' in last)) return last;
    state.rejected = last.rejected;
    this.metrics.results.inc({ outcome: 'invalid' });
    throw resultInvalid(last.problems);
  }

  #ask(state: AttemptState, signal: AbortSignal, outcome: string): Promise<Verdict> {
    return this.recall.run(state, signal, (answer) => this.#judge(state, answer, outcome));
  }

  /** A model that wants a tool called has not come to its result yet. */
  #judge({ task, writer }: AttemptState, generated: Generated, outcome: string): Verdict {
    if (!task || task.schema === null || generated.toolCalls.length > 0) return generated;
    const read = readResult(writer.text, this.tasks.schemaOf(task.schema));
    if ('problems' in read) return { rejected: generated, problems: read.problems };
    this.metrics.results.inc({ outcome });
    return { ...generated, data: read.data };
  }

  /** What was paid for is written down before anything else is; then readers are told to drop it. */
  async #turnDown(state: AttemptState, { rejected, problems }: Rejected): Promise<void> {
    const { message, writer, callId, provider, model, task, prompt } = state;
    const { id: messageId, attempt } = message;
    const paid = paidFor(rejected);
    const next = { id: newId('call'), provider, model };
    const use = this.costs.of(state, paid);
    const ended = { id: callId ?? '', code: 'result_invalid', use } as const;
    const another = { messageId, attempt, ended, next };
    if (!(await untilStored(() => this.calls.another(another), this.log))) throw new Stopped('lock_lost');
    this.log.info({ ...tagsOf(message), problems }, 'the answer is not the result: asking again');
    state.spent = plus(state.spent, paid);
    beginCall(state, next.id);
    state.prompt = promptAgain(prompt, task!, writer.text, problems);
    writer.restart('result_invalid');
  }
}

/** What is known of the call before it is written down. */
function beginCall(state: AttemptState, id: string): void {
  state.callId = id;
  delete state.endpoint;
  delete state.keyId;
  delete state.use;
}
