import { setTimeout as delay } from 'node:timers/promises';
import { type ProviderSpec } from '#catalog';
import { type ProviderSettings } from '#config';
import { AppError, type Usage } from '#contracts';
import { type ChatParameters, type ChatRequest, PARAMETER_NAMES, textOf } from '../chat.js';
import { countMessageTokens, countTokens, firstTokens } from '../count-tokens.js';
import { type Provider, type ProviderEvent, type Via } from '../provider.js';
import { blockProcess, type Faults, parseFaults } from './faults.js';
import { sampleOf } from './sample-of.js';

type Settings = ProviderSettings['value']['simulator'];

const NO_FAULTS: Faults = { after_chunks: 0, times: 0, hang: false, block_ms: 0 };

/** Calls that are remembered for `times`. */
const MAX_REMEMBERED = 10_000;

/** The built-in provider: streams `chunk N: <text>`, or a sample of the JSON that is asked for, as slowly and as badly as the configuration says. */
export class Simulator implements Provider {
  readonly name: string;
  readonly model: string;
  readonly maxConcurrency: number;
  readonly ignores = PARAMETER_NAMES.filter((name) => name !== 'max_tokens' && name !== 'response_format');
  readonly #calls = new Map<string, number>();

  constructor(
    readonly spec: ProviderSpec,
    private readonly settings: Settings,
    private readonly random: () => number = Math.random,
  ) {
    this.name = spec.name;
    this.model = spec.defaultModel;
    this.maxConcurrency = spec.maxConcurrency;
  }

  async *stream(request: ChatRequest, _via: Via, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
    signal.throwIfAborted();
    const faults = this.#faults(request);
    if (this.random() < this.settings.error_rate)
      throw new AppError('provider_unavailable', 'The simulator fails as often as it is configured to');
    if (faults.reasoning) yield { type: 'reasoning', text: faults.reasoning };
    const answer = faults.tool_calls
      ? this.#toolCalls(faults, faults.tool_calls, signal)
      : this.#text(request, faults, signal);
    let said = faults.reasoning ?? '';
    for await (const event of answer) {
      if (event.type === 'delta') said += event.text;
      if (event.type === 'tool_call') said += event.arguments;
      yield event.type === 'finish' ? { ...event, usage: usageOf(request, said) } : event;
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async *#text(
    { messages, parameters }: ChatRequest,
    faults: Faults,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent> {
    const text = textOf(messages.at(-1)?.content ?? '');
    const json = jsonFor(parameters);
    const chunks = faults.chunks ?? this.settings.chunks;
    let left = parameters?.max_tokens ?? Infinity;
    for (let n = 1; n <= chunks; n += 1) {
      await this.#misbehave(faults, n - 1, signal);
      await pause(faults.delay_ms ?? this.settings.delay, signal);
      const chunk = json === undefined ? this.#chunk(n, text) : pieceOf(json, n, chunks);
      const part = left === Infinity ? chunk : firstTokens(chunk, left);
      if (part !== '') yield { type: 'delta', text: part };
      if (part !== chunk) return yield { type: 'finish', reason: 'length' };
      if (left !== Infinity) left -= countTokens(part);
    }
    await this.#misbehave(faults, chunks, signal);
    yield { type: 'finish', reason: 'stop' };
  }

  async *#toolCalls(
    faults: Faults,
    calls: NonNullable<Faults['tool_calls']>,
    signal: AbortSignal,
  ): AsyncGenerator<ProviderEvent> {
    for (const [index, { name, arguments: json }] of calls.entries()) {
      await this.#misbehave(faults, index, signal);
      await pause(faults.delay_ms ?? this.settings.delay, signal);
      yield { type: 'tool_call', index, id: `call_${index + 1}`, name, arguments: '' };
      yield { type: 'tool_call', index, arguments: json };
    }
    await this.#misbehave(faults, calls.length, signal);
    yield { type: 'finish', reason: 'tool_calls' };
  }

  #faults(request: ChatRequest): Faults {
    if (!this.settings.faults || request.simulate === undefined) return NO_FAULTS;
    const faults = parseFaults(request.simulate);
    const calls = (this.#calls.get(request.requestId) ?? 0) + 1;
    this.#remember(request.requestId, calls);
    const isOver = faults.times > 0 && calls > faults.times;
    return isOver ? { ...faults, fail: undefined, hang: false, block_ms: 0 } : faults;
  }

  #remember(requestId: string, calls: number): void {
    this.#calls.delete(requestId);
    this.#calls.set(requestId, calls);
    if (this.#calls.size > MAX_REMEMBERED) this.#calls.delete(this.#calls.keys().next().value!);
  }

  async #misbehave(faults: Faults, chunksSoFar: number, signal: AbortSignal): Promise<void> {
    if (chunksSoFar !== faults.after_chunks) return;
    blockProcess(faults.block_ms);
    if (faults.hang) await untilAborted(signal);
    if (faults.fail) throw new AppError(faults.fail, 'The simulator fails because the message asked it to');
  }

  #chunk(n: number, text: string): string {
    const chunk = `chunk ${n}: ${text}\n`;
    const length = this.settings.chunk_length;
    return length === 0 ? chunk : chunk.padEnd(length, '.').slice(0, length);
  }
}

/** What a request for JSON is answered with. */
function jsonFor({ response_format: format }: ChatParameters = {}): string | undefined {
  if (format === undefined || format.type === 'text') return undefined;
  return JSON.stringify(sampleOf(format.type === 'json_schema' ? (format.json_schema.schema ?? {}) : {}));
}

/** The n-th of so many. */
function pieceOf(text: string, n: number, count: number): string {
  const end = (k: number) => Math.ceil((text.length * k) / count);
  return text.slice(end(n - 1), end(n));
}

function usageOf({ messages }: ChatRequest, said: string): Usage {
  return {
    promptTokens: countMessageTokens(messages),
    completionTokens: countTokens(said),
    estimated: false,
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ms === 0) return;
  await delay(ms, undefined, { signal }).catch(() => signal.throwIfAborted());
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
  });
}
