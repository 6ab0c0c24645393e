import { type Usage } from '#contracts';
import { badResponse, parseEvent } from '../http/bad-response.js';
import { serverSentData } from '../http/server-sent-data.js';
import { mapRefusal } from '../map-refusal.js';
import { type ProviderEvent } from '../provider.js';
import { describe } from '../upstream-error.js';
import { type Chunk, chunkSchema, usageOf } from './chunk.js';
import { ToolCallNumbers } from './tool-call-numbers.js';

/** Server-sent events of a chat completion as provider events; one `finish` when the answer was complete. */
export async function* readStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<ProviderEvent> {
  const answer = new Answer();
  let done = false;
  for await (const data of serverSentData(body)) {
    if (done) continue;
    done = data === '[DONE]';
    if (done) yield answer.finish(true);
    else for (const event of answer.take(parseEvent(chunkSchema, data))) yield event;
  }
  if (!done) yield answer.finish(false);
}

/** What the chunks of one answer add up to. */
class Answer {
  readonly #numbers = new ToolCallNumbers();
  #reason: string | null = null;
  #usage: Usage | undefined;
  #begun = false;

  take(chunk: Chunk): readonly ProviderEvent[] {
    if (chunk.error) throw mapRefusal(describe(null, chunk.error));
    this.#usage = usageOf(chunk) ?? this.#usage;
    const choice = chunk.choices?.[0];
    if (!choice) return [];
    this.#begun = true;
    this.#reason = choice.finish_reason || this.#reason;
    const { content, refusal, reasoning, reasoning_content, tool_calls } = choice.delta ?? {};
    const events: ProviderEvent[] = [];
    const thought = reasoning_content || reasoning;
    if (thought) events.push({ type: 'reasoning', text: thought });
    if (content || refusal) events.push({ type: 'delta', text: (content || refusal)! });
    for (const piece of tool_calls ?? []) events.push(this.#numbers.take(piece));
    return events;
  }

  /** @throws AppError provider_bad_response when the answer is not whole */
  finish(done: boolean): ProviderEvent {
    if (!done && this.#reason === null)
      throw badResponse('The stream of the provider ended in the middle of the answer');
    if (!this.#begun) throw badResponse('The provider sent no answer at all');
    return { type: 'finish', reason: this.#reason, ...(this.#usage && { usage: this.#usage }) };
  }
}
