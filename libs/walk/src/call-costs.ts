import { type Catalogs } from '#catalog';
import { AppError, type Usage } from '#contracts';
import { type CallUse } from '#ledger';
import { type Metrics } from '#observability';
import { type AttemptState } from './end-attempt.js';
import { estimate } from './generate.js';
import { Stopped } from './running-messages.js';
import { NOTHING_SEEN } from './usage.js';

/** By then the provider had read the prompt, so that it may have to be paid for, even where nothing was said. */
const WORKED: ReadonlySet<string> = new Set(['provider_timeout', 'provider_bad_response', 'reply_too_large']);

const MILLIONTHS = 1_000_000;

/** What calls to providers have used and cost, by the prices of the moment in which they end. */
export class CallCosts {
  constructor(
    private readonly catalogs: Catalogs,
    private readonly metrics: Metrics,
  ) {}

  /** As it is written down with the close of the call; of one call always the same. */
  of(state: AttemptState, usage: Usage): CallUse {
    return (state.use ??= this.#count(state, usage));
  }

  /** Of a call that came to nothing: what is known to have been read and said, as an estimate. */
  ofFailed(state: AttemptState, error: unknown): CallUse {
    return this.of(state, usedUntil(state, error));
  }

  #count({ provider, model, endpoint, keyId }: AttemptState, usage: Usage): CallUse {
    const { promptTokens: input, completionTokens: output, cachedTokens, estimated } = usage;
    const tokens = { input, output, ...(cachedTokens !== undefined && { cachedInput: cachedTokens }) };
    const charge = this.catalogs.now.chargeFor({ provider, model }, tokens);
    if (charge) {
      const labels = { provider, model, currency: charge.currency };
      this.metrics.providerCost.inc(labels, charge.cost / MILLIONTHS);
    }
    return {
      prompt_tokens: input,
      completion_tokens: output,
      cached_tokens: cachedTokens ?? null,
      usage_estimated: estimated,
      cost: charge?.cost ?? null,
      worth: charge?.worth ?? null,
      currency: charge?.currency ?? null,
      endpoint: endpoint ?? null,
      key_id: keyId ?? null,
    };
  }
}

/** What a call that did not succeed has used. */
export function usedUntil({ prompt, writer, task, endpoint }: AttemptState, error: unknown): Usage {
  const worked = error instanceof Stopped || (error instanceof AppError && WORKED.has(error.code));
  if (endpoint === undefined || (writer.text === '' && !worked)) return NOTHING_SEEN;
  return estimate({ messages: prompt, parameters: task?.parameters ?? {} }, writer.text);
}
