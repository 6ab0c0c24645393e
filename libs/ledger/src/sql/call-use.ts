/** What a call to a provider used and cost, in the names of the columns. */
export interface CallUse {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** Of the prompt, read from the provider's cache; null: it does not say. */
  readonly cached_tokens: number | null;
  /** The tokens are our estimate. */
  readonly usage_estimated: boolean;
  /** In millionths of the currency; null: free. */
  readonly cost: number | null;
  readonly worth: number | null;
  readonly currency: string | null;
  readonly endpoint: string | null;
  readonly key_id: string | null;
}

const TYPES: Readonly<Record<keyof CallUse, string>> = {
  prompt_tokens: 'int',
  completion_tokens: 'int',
  cached_tokens: 'int',
  usage_estimated: 'boolean',
  cost: 'numeric',
  worth: 'numeric',
  currency: 'text',
  endpoint: 'text',
  key_id: 'text',
};

/** The columns of a CallUse that comes as JSON. */
export const CALL_USE = Object.entries(TYPES)
  .map(([column, type]) => `${column} ${type}`)
  .join(', ');

/** Writes it down with the close of a call; `i` is the CallUse. */
export const SET_CALL_USE = Object.keys(TYPES)
  .map((column) => `${column} = i.${column}`)
  .join(', ');
