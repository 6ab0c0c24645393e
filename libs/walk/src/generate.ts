import { type MessageSettings } from '#config';
import { AppError, type Message, storable, type Usage } from '#contracts';
import { type Metrics } from '#observability';
import { type ChatMessage, countMessageTokens, countTokens, type Provider, type Providers } from '#providers';
import { type ReplyWriter } from '#streaming';
import { CleanText } from './clean-text.js';
import { type AttemptState } from './end-attempt.js';

/** How a call to the provider went. */
export interface Generated {
  readonly callId: string | null;
  readonly provider: string;
  readonly model: string;
  readonly finishReason: string | null;
  readonly usage: Usage;
}

/** One call to the provider, streamed into the reply. */
export class Generate {
  constructor(
    private readonly providers: Providers,
    private readonly settings: MessageSettings,
    private readonly metrics: Metrics,
  ) {}

  /**
   * @throws AppError with the provider's codes, or reply_too_large
   * @throws Stopped when the signal says so
   */
  async run({ message, callId, prompt, writer }: AttemptState, signal: AbortSignal): Promise<Generated> {
    const provider = this.providers.of(message.lane);
    const labels = { provider: provider.name, model: provider.model };
    const endTimer = this.metrics.providerDuration.startTimer(labels);
    try {
      const { reason, usage } = await this.#stream(provider, message, prompt, writer, signal);
      this.#count(labels, 'ok', usage);
      return { callId, ...labels, finishReason: reason && storable(reason), usage };
    } catch (error) {
      this.#count(labels, error instanceof AppError ? error.code : 'stopped', undefined);
      throw error;
    } finally {
      endTimer();
    }
  }

  async #stream(
    provider: Provider,
    message: Message,
    prompt: readonly ChatMessage[],
    writer: ReplyWriter,
    signal: AbortSignal,
  ) {
    const clean = new CleanText();
    const startedAt = performance.now();
    let first = true;
    let finish: { reason: string | null; usage?: Usage } = { reason: null };
    const request = {
      messages: prompt,
      model: provider.model,
      requestId: message.requestId,
      simulate: message.metadata['simulate'],
    };
    for await (const event of provider.stream(request, signal)) {
      if (event.type === 'finish') finish = event;
      if (event.type !== 'delta') continue;
      if (first) {
        first = false;
        this.#observeFirstToken(provider, startedAt);
      }
      this.#write(writer, clean.push(event.text));
    }
    this.#write(writer, clean.end());
    return { reason: finish.reason, usage: finish.usage ?? estimate(prompt, writer.text) };
  }

  #write(writer: ReplyWriter, text: string): void {
    if (text === '') return;
    const max = this.settings.value.max_reply_length;
    if (writer.text.length + text.length > max)
      throw new AppError('reply_too_large', `The reply is longer than ${max} characters`);
    writer.delta(text);
  }

  #observeFirstToken(provider: Provider, startedAt: number): void {
    const labels = { provider: provider.name, model: provider.model };
    this.metrics.timeToFirstToken.observe(labels, (performance.now() - startedAt) / 1_000);
  }

  #count(labels: { provider: string; model: string }, outcome: string, usage: Usage | undefined): void {
    this.metrics.providerCalls.inc({ ...labels, outcome });
    if (!usage) return;
    this.metrics.tokens.inc({ ...labels, direction: 'input' }, usage.promptTokens);
    this.metrics.tokens.inc({ ...labels, direction: 'output' }, usage.completionTokens);
  }
}

/** For a provider that sends no usage. */
export function estimate(prompt: readonly ChatMessage[], reply: string): Usage {
  return { promptTokens: countMessageTokens(prompt), completionTokens: countTokens(reply), estimated: true };
}
