import { type Found, keyOf, type Place, type ResultCache } from '#cache';
import { type CacheSettings } from '#config';
import { type FieldProblem, type Message, parseDuration } from '#contracts';
import { type AttemptState } from './end-attempt.js';
import { type Generate, type Generated, requestOf } from './generate.js';

/** What is kept of an answer; whom it was made for is not. */
interface Kept extends Pick<Generated, 'finishReason' | 'usage' | 'toolCalls' | 'reasoning'> {
  readonly content: string;
}

/** An answer that is not what was asked for: it is kept for nobody. */
export interface Rejected {
  readonly rejected: Generated;
  readonly problems: readonly FieldProblem[];
}

export type Verdict = Generated | Rejected;

/** An answer that ended otherwise was cut, or refused. */
const WHOLE: ReadonlySet<string | null> = new Set(['stop', 'tool_calls']);

/** Answers a message that allows it with what an equal one was answered, everything else by a call. */
export class Recall {
  constructor(
    private readonly cache: ResultCache,
    private readonly generate: Generate,
    private readonly settings: CacheSettings,
  ) {}

  /** @throws what `Generate` throws */
  async run(
    state: AttemptState,
    signal: AbortSignal,
    judge: (answer: Generated) => Verdict,
  ): Promise<Verdict> {
    const ttlMs = this.#ttlOf(state.message);
    if (ttlMs === 0) return judge(await this.generate.run(state, signal));
    // Half of the attempt's time is left for a call of its own.
    const waitMs = Math.min(this.settings.value.max_wait, state.message.timeoutMs / 2);
    const asked = await this.cache.ask({ ...placeOf(state), ttlMs, waitMs }, signal);
    if ('text' in asked) return judge(told(state, asked));
    let kept: string | undefined;
    try {
      const verdict = judge(await this.generate.run(state, signal));
      kept = keptOf(verdict, state.writer.text);
      return verdict;
    } finally {
      await asked.end(kept);
    }
  }

  /** In ms; 0: it is not to be cached. */
  #ttlOf({ options }: Message): number {
    const { config } = options ?? {};
    if (!config?.cache_enabled) return 0;
    const { ttl, max_ttl } = this.settings.value;
    return Math.min((config.cache_ttl && parseDuration(config.cache_ttl)) || ttl, max_ttl);
  }
}

function placeOf(state: AttemptState): Place {
  const { provider, model, task } = state;
  const { tenantId } = state.message;
  const { messages, parameters, simulate } = requestOf(state);
  const schema = task?.schema ?? null;
  return { tenantId, key: keyOf({ tenantId, provider, model, messages, parameters, schema, simulate }) };
}

/** Undefined: it is not worth keeping, or not whole. */
function keptOf(verdict: Verdict, content: string): string | undefined {
  if ('rejected' in verdict) return undefined;
  const { finishReason, usage, toolCalls, reasoning } = verdict;
  const isEmpty = content === '' && toolCalls.length === 0;
  if (isEmpty || !WHOLE.has(finishReason)) return undefined;
  return JSON.stringify({ content, finishReason, usage, toolCalls, reasoning } satisfies Kept);
}

function told({ writer, callId, provider, model }: AttemptState, { text, ageMs }: Found): Generated {
  const { content, ...kept } = JSON.parse(text) as Kept;
  if (content !== '') writer.delta(content);
  return { callId, provider, model, ...kept, cacheAge: Math.floor(ageMs / 1_000) };
}
