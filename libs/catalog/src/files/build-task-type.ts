import { buildLimits } from './build-provider.js';
import { defined } from './fields.js';
import { type TaskTypeSpec } from '../spec.js';
import { type TaskTypeEntry } from './task-types-schema.js';

export function buildTaskType(entry: TaskTypeEntry): TaskTypeSpec {
  const { parameters, limits } = entry;
  return {
    name: entry.name,
    description: entry.description,
    prompt: entry.prompt,
    system: entry.system ?? null,
    result: entry.result ?? null,
    provider: entry.provider ?? null,
    model: entry.model ?? null,
    parameters: defined({
      temperature: parameters.temperature,
      topP: parameters.top_p,
      maxTokens: parameters.max_tokens,
      frequencyPenalty: parameters.frequency_penalty,
      presencePenalty: parameters.presence_penalty,
      seed: parameters.seed,
      stop: parameters.stop,
    }),
    limits: {
      ...buildLimits(limits),
      ...defined({ timeoutMs: limits.timeout, maxRetries: limits.max_retries }),
    },
  };
}
