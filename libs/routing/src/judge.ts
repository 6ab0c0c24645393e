import { type Capability, type Catalog, type Target, type TaskTypeSpec } from '#catalog';
import { type MessageFacts, type RouteRequest } from './request.js';

/** What a model must bear to serve a message. */
export interface Needs {
  readonly capabilities: readonly Capability[];
  readonly promptTokens: number;
  /** undefined: as many as the model likes. */
  readonly maxTokens: number | undefined;
}

export function needsOf(facts: MessageFacts, request: RouteRequest, type: TaskTypeSpec | undefined): Needs {
  const asked = request.requires ?? ['chat'];
  return {
    capabilities: type?.result ? [...new Set<Capability>([...asked, 'json'])] : asked,
    promptTokens: facts.promptTokens,
    maxTokens: request.maxTokens ?? type?.parameters.maxTokens,
  };
}

/** Why a target cannot serve a message; undefined when it can. */
export function rejectionOf(catalog: Catalog, target: Target, needs: Needs): string | undefined {
  const off = catalog.offBecause(target.provider);
  if (off !== undefined) return `is off: ${off}`;
  const model = catalog.model(target);
  if (!model) return 'is not there';
  const { capabilities, contextWindow, maxOutputTokens } = model;
  const lacking = needs.capabilities.filter((capability) => !capabilities.includes(capability));
  if (lacking.length > 0) return `cannot do ${lacking.join(', ')}`;
  const { promptTokens, maxTokens = 0 } = needs;
  if (maxTokens > maxOutputTokens)
    return `writes at most ${maxOutputTokens} tokens, ${maxTokens} are asked for`;
  if (promptTokens + maxTokens > contextWindow)
    return `holds ${contextWindow} tokens, ${promptTokens + maxTokens} are needed`;
  return undefined;
}
