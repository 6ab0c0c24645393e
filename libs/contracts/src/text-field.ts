import { z } from 'zod';

/** Postgres stores neither NUL nor lone surrogates, so both are refused at the door. */
const isStorable = (text: string) => !text.includes('\0') && text.isWellFormed();

export const NOT_STORABLE = 'must not contain NUL or lone surrogates; send valid UTF-8 text';

export const textField = (max: number) =>
  z
    .string()
    .max(max, `must be at most ${max.toLocaleString('en')} characters`)
    .refine(isStorable, NOT_STORABLE);

/** Whether JSON has an escape in it that cannot be stored. */
export function hasUnstorableEscape(json: string): boolean {
  return /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i.test(json);
}
