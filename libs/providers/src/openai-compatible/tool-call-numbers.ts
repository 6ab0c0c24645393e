import { badResponse } from '../http/bad-response.js';
import { type ToolCallDelta } from '../provider.js';
import { type ToolCallPiece } from './chunk.js';

/** No model asks for more at once. */
const MOST_CALLS = 1_000;

/**
 * Numbers the tool calls of one answer. A server may give all of them the index 0, or none: a piece with another id than
 * that of the call that is open at its index begins a new call.
 */
export class ToolCallNumbers {
  readonly #open = new Map<number, { readonly number: number; readonly id: string | undefined }>();
  #count = 0;

  take({ index: theirs, id, function: called }: ToolCallPiece): ToolCallDelta {
    const index = this.#numberOf(theirs ?? 0, id || undefined);
    return {
      type: 'tool_call',
      index,
      ...(id && { id }),
      ...(called?.name && { name: called.name }),
      arguments: called?.arguments ?? '',
    };
  }

  #numberOf(theirs: number, id: string | undefined): number {
    const open = this.#open.get(theirs);
    if (open && (id === undefined || open.id === undefined || id === open.id)) return open.number;
    if (this.#count === MOST_CALLS) throw badResponse('The provider sent tool calls without end');
    const number = this.#count;
    this.#count += 1;
    this.#open.set(theirs, { number, id });
    return number;
  }
}
