import { type FieldProblem, newId } from '#contracts';
import { type ProviderCalls } from '#ledger';
import { type Log, type Metrics } from '#observability';
import { type AttemptState } from '../end-attempt.js';
import { tagsOf } from '../finish.js';
import { type Generate, type Generated } from '../generate.js';
import { Stopped } from '../running-messages.js';
import { untilStored } from '../until-stored.js';
import { plus } from '../usage.js';
import { promptAgain, resultInvalid } from './ask-again.js';
import { readResult } from './read-result.js';
import { type Tasks } from './tasks.js';

type Verdict = Generated | { readonly problems: readonly FieldProblem[] };

/**
 * Asks the provider for the reply. Where a result of a certain form must come back, an answer that is none is asked for
 * once more in the same attempt: as a call of its own, which is told what was wrong.
 */
export class AskForResult {
  constructor(
    private readonly generate: Generate,
    private readonly tasks: Tasks,
    private readonly calls: ProviderCalls,
    private readonly metrics: Metrics,
    private readonly log: Log,
  ) {}

  /**
   * @throws AppError as `Generate` does, or result_invalid
   * @throws Stopped when the signal says so, or the attempt is another's
   */
  async run(state: AttemptState, signal: AbortSignal): Promise<Generated> {
    const first = await this.generate.run(state, signal);
    const verdict = this.#judge(state, first, 'valid');
    if (!('problems' in verdict)) return verdict;
    await this.#turnDown(state, first, verdict.problems);
    const second = await this.generate.run(state, signal);
    const last = this.#judge(state, second, 'repaired');
    if (!('problems' in last)) return last;
    state.rejected = second;
    this.metrics.results.inc({ outcome: 'invalid' });
    throw resultInvalid(last.problems);
  }

  /** A model that wants a tool called has not come to its result yet. */
  #judge({ task, writer }: AttemptState, generated: Generated, outcome: string): Verdict {
    if (!task || task.schema === null || generated.toolCalls.length > 0) return generated;
    const read = readResult(writer.text, this.tasks.schemaOf(task.schema));
    if ('problems' in read) return read;
    this.metrics.results.inc({ outcome });
    return { ...generated, data: read.data };
  }

  /** What was paid for is written down before anything else is; then readers are told to drop it. */
  async #turnDown(
    state: AttemptState,
    { usage, provider, model }: Generated,
    problems: readonly FieldProblem[],
  ) {
    const { message, writer, callId, task, prompt } = state;
    const { id: messageId, attempt } = message;
    const next = { id: newId('call'), provider, model };
    const ended = { id: callId ?? '', code: 'result_invalid', usage } as const;
    const another = { messageId, attempt, ended, next };
    if (!(await untilStored(() => this.calls.another(another), this.log))) throw new Stopped('lock_lost');
    this.log.info({ ...tagsOf(message), problems }, 'the answer is not the result: asking again');
    state.spent = plus(state.spent, usage);
    state.callId = next.id;
    state.prompt = promptAgain(prompt, task!, writer.text, problems);
    writer.restart('result_invalid');
  }
}
