import { type Message, type ReplyEnd, type ReplyEntry, type ToolCall, type Usage } from '#contracts';
import { GrowingText } from '../growing-text.js';
import { finishReasonOf, headOf, usageView } from './completion.view.js';

const DONE = 'data: [DONE]\n\n';

/** A reply as the chunks of a streamed chat completion, whose text only grows. */
export class CompletionChunks {
  readonly #text = new GrowingText();
  readonly #head: string;
  /** With `include_usage` every chunk but the last says that it is not the one with the usage. */
  readonly #tail: string;
  #startsAnew = false;

  constructor(
    message: Message,
    private readonly includeUsage: boolean,
  ) {
    this.#head = JSON.stringify(headOf(message, 'chat.completion.chunk')).slice(0, -1);
    this.#tail = includeUsage ? ',"usage":null' : '';
  }

  /** The reply began again, and is another one than what the reader has: nothing more can be told. */
  get startsAnew(): boolean {
    return this.#startsAnew;
  }

  first(): string {
    return this.#chunk({ role: 'assistant', content: '', refusal: null });
  }

  /** What a batch adds to the text, as one chunk; empty: nothing. */
  of(batch: readonly ReplyEntry[]): string {
    let grown = '';
    for (const { event } of batch) {
      const { text, startsAnew } = this.#text.take(event);
      this.#startsAnew ||= startsAnew;
      if (!this.#startsAnew) grown += text;
    }
    return grown === '' ? '' : this.#chunk({ content: grown });
  }

  end({ finishReason, usage }: ReplyEnd, toolCalls: readonly ToolCall[] = []): string {
    const calls = toolCalls.map((call, index) => ({ index, ...call }));
    return [
      calls.length === 0 ? '' : this.#chunk({ tool_calls: calls }),
      this.#chunk({}, finishReasonOf(finishReason)),
      usage ? this.#usage(usage) : '',
      DONE,
    ].join('');
  }

  #usage(usage: Usage): string {
    if (!this.includeUsage) return '';
    return `data: ${this.#head},"choices":[],"usage":${JSON.stringify(usageView(usage))}}\n\n`;
  }

  #chunk(delta: object, finishReason: string | null = null): string {
    const choice = { index: 0, delta, logprobs: null, finish_reason: finishReason };
    return `data: ${this.#head},"choices":[${JSON.stringify(choice)}]${this.#tail}}\n\n`;
  }
}
