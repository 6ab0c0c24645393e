import { badResponse, parseEvent } from '../http/bad-response.js';
import { serverSentData } from '../http/server-sent-data.js';
import { mapRefusal } from '../map-refusal.js';
import { type ProviderEvent } from '../provider.js';
import { describe } from '../upstream-error.js';
import { eventSchema, type StreamEvent, UsageSoFar } from './stream-event.js';

/** Why an answer ended, in OpenAI's words; what is not here keeps its name. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['tool_use', 'tool_calls'],
  ['refusal', 'content_filter'],
]);

/** Server-sent events of the Messages API as provider events; one `finish` when the answer was complete. */
export async function* readStream(body: AsyncIterable<Uint8Array>): AsyncGenerator<ProviderEvent> {
  const answer = new Answer();
  let done = false;
  for await (const data of serverSentData(body)) {
    if (done) continue;
    const event = parseEvent(eventSchema, data);
    done = event.type === 'message_stop';
    if (done) yield answer.finish();
    else for (const said of answer.take(event)) yield said;
  }
  if (!done) yield answer.finish();
}

type Block = NonNullable<StreamEvent['content_block']>;
type Delta = NonNullable<StreamEvent['delta']>;

/** What the events of one answer add up to; its blocks come one after the other. */
class Answer {
  readonly #usage = new UsageSoFar();
  #reason: string | null = null;
  #open: string | undefined;
  #calls = 0;
  #hasArguments = false;

  take(event: StreamEvent): readonly ProviderEvent[] {
    if (event.error) throw mapRefusal(describe(null, event.error));
    switch (event.type) {
      case 'message_start':
        this.#usage.add(event.message?.usage);
        return [];
      case 'content_block_start':
        return event.content_block ? this.#begin(event.content_block) : [];
      case 'content_block_delta':
        return event.delta ? this.#continue(event.delta) : [];
      case 'content_block_stop':
        return this.#end();
      case 'message_delta':
        this.#reason = event.delta?.stop_reason ?? this.#reason;
        this.#usage.add(event.usage);
        return [];
      // While the model thinks in secret nothing else comes.
      case 'ping':
        return this.#open === 'thinking' ? [{ type: 'thinking' }] : [];
      case undefined:
      default:
        return [];
    }
  }

  /** @throws AppError provider_bad_response when the answer is not whole */
  finish(): ProviderEvent {
    if (this.#reason === null)
      throw badResponse('The stream of the provider ended in the middle of the answer');
    const { usage } = this.#usage;
    const reason = REASONS.get(this.#reason) ?? this.#reason;
    return { type: 'finish', reason, ...(usage && { usage }) };
  }

  #begin({ type, id, name, text, thinking }: Block): readonly ProviderEvent[] {
    this.#open = type === 'redacted_thinking' ? 'thinking' : type;
    if (type === 'tool_use') return [this.#call(id ?? '', name ?? '')];
    if (text) return [{ type: 'delta', text }];
    if (thinking) return [{ type: 'reasoning', text: thinking }];
    return this.#open === 'thinking' ? [{ type: 'thinking' }] : [];
  }

  #call(id: string, name: string): ProviderEvent {
    this.#calls += 1;
    this.#hasArguments = false;
    return { type: 'tool_call', index: this.#calls - 1, id, name, arguments: '' };
  }

  #continue({ text, thinking, partial_json }: Delta): readonly ProviderEvent[] {
    if (text) return [{ type: 'delta', text }];
    if (thinking) return [{ type: 'reasoning', text: thinking }];
    if (!partial_json || this.#open !== 'tool_use') return [];
    this.#hasArguments = true;
    return [{ type: 'tool_call', index: this.#calls - 1, arguments: partial_json }];
  }

  /** A call without arguments sends none; OpenAI's words are `{}` then. */
  #end(): readonly ProviderEvent[] {
    const bare = this.#open === 'tool_use' && !this.#hasArguments;
    this.#open = undefined;
    return bare ? [{ type: 'tool_call', index: this.#calls - 1, arguments: '{}' }] : [];
  }
}
