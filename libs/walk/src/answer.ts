import { AppError, storable, type ToolCall, type Usage } from '#contracts';
import { type ProviderEvent, type ToolCallDelta } from '#providers';
import { type ReplyWriter } from '#streaming';
import { CleanText } from './clean-text.js';

/** Reasoning is no part of the reply: what is too long of it is cut rather than failing the message. */
const CUT = '…';

/** What a provider has said besides the text. */
export interface Said {
  readonly reason: string | null;
  /** Undefined: it did not count. */
  readonly usage: Usage | undefined;
  readonly toolCalls: readonly ToolCall[];
  readonly reasoning: string;
}

/** What a provider says in one call: the text goes into the reply's stream as it comes, everything else is collected. */
export class Answer {
  readonly #clean = new CleanText();
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }>();
  #callsLength = 0;
  #reasoning = '';
  #finish: { readonly reason: string | null; readonly usage?: Usage } = { reason: null };

  constructor(
    private readonly writer: ReplyWriter,
    private readonly maxLength: number,
  ) {}

  /** @throws AppError reply_too_large */
  take(event: ProviderEvent): void {
    switch (event.type) {
      case 'delta':
        return this.#write(this.#clean.push(event.text));
      case 'tool_call':
        return this.#call(event);
      case 'reasoning':
        return this.#think(event.text);
      case 'finish':
        this.#finish = event;
        return;
      case 'limits':
      case 'thinking':
    }
  }

  end(): Said {
    this.#write(this.#clean.end());
    const { reason, usage } = this.#finish;
    const toolCalls = [...this.#calls.values()].map(toToolCall);
    return { reason: reason && storable(reason), usage, toolCalls, reasoning: storable(this.#reasoning) };
  }

  #write(text: string): void {
    if (text === '') return;
    this.#requireRoom(text.length);
    this.writer.delta(text);
  }

  #call({ index, id = '', name = '', arguments: json }: ToolCallDelta): void {
    const length = id.length + name.length + json.length;
    this.#requireRoom(length);
    this.#callsLength += length;
    const call = this.#calls.get(index) ?? { id: '', name: '', arguments: '' };
    call.id ||= id;
    call.name ||= name;
    call.arguments += json;
    this.#calls.set(index, call);
  }

  #think(text: string): void {
    if (this.#reasoning.length > this.maxLength) return;
    this.#reasoning += text;
    if (this.#reasoning.length > this.maxLength)
      this.#reasoning = this.#reasoning.slice(0, this.maxLength) + CUT;
  }

  #requireRoom(length: number): void {
    if (this.writer.text.length + this.#callsLength + length > this.maxLength)
      throw new AppError('reply_too_large', `The reply is longer than ${this.maxLength} characters`);
  }
}

function toToolCall({
  id,
  name,
  arguments: json,
}: {
  id: string;
  name: string;
  arguments: string;
}): ToolCall {
  return {
    id: storable(id),
    type: 'function',
    function: { name: storable(name), arguments: storable(json) },
  };
}
