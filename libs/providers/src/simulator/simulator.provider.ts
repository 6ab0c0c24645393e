import { setTimeout as delay } from 'node:timers/promises';
import { type ProviderSettings } from '#config';
import { AppError } from '#contracts';
import { countMessageTokens, countTokens } from '../count-tokens.js';
import { type ChatRequest, type Provider, type ProviderEvent } from '../provider.js';
import { blockProcess, type Faults, parseFaults } from './faults.js';

type Settings = ProviderSettings['value']['simulator'];

const NO_FAULTS: Faults = { after_chunks: 0, times: 0, hang: false, block_ms: 0 };

/** Calls that are remembered for `times`. */
const MAX_REMEMBERED = 10_000;

/** The built-in provider: streams `chunk N: <text>`, as slowly and as badly as the configuration says. */
export class Simulator implements Provider {
  readonly name = 'simulator';
  readonly model = 'simulator-1';
  readonly maxConcurrency: number;
  readonly #calls = new Map<string, number>();

  constructor(
    private readonly settings: Settings,
    private readonly random: () => number = Math.random,
  ) {
    this.maxConcurrency = settings.max_concurrency;
  }

  async *stream(request: ChatRequest, signal: AbortSignal): AsyncGenerator<ProviderEvent> {
    const faults = this.#faults(request);
    if (this.random() < this.settings.error_rate)
      throw new AppError('provider_unavailable', 'The simulator fails as often as it is configured to');
    const text = request.messages.at(-1)?.content ?? '';
    const chunks = faults.chunks ?? this.settings.chunks;
    let reply = '';
    for (let n = 1; n <= chunks; n += 1) {
      await this.#misbehave(faults, n - 1, signal);
      await pause(faults.delay_ms ?? this.settings.delay, signal);
      const chunk = this.#chunk(n, text);
      reply += chunk;
      yield { type: 'delta', text: chunk };
    }
    await this.#misbehave(faults, chunks, signal);
    const usage = {
      promptTokens: countMessageTokens(request.messages),
      completionTokens: countTokens(reply),
      estimated: false,
    };
    yield { type: 'finish', reason: 'stop', usage };
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
