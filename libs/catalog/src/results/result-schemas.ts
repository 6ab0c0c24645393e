import { type JsonSchema } from '../spec.js';
import { ResultSchema } from './result-schema.js';

/** Compiled ones that are kept: compiling takes some ms, checking a small result 0.2 ms. */
const MAX_KEPT = 200;

/** Result schemas, each compiled once as long as it is in use. */
export class ResultSchemas {
  readonly #kept = new Map<string, ResultSchema>();

  /** @throws Error when it is no schema, or needs too much work */
  of(schema: JsonSchema): ResultSchema {
    const json = JSON.stringify(schema);
    const compiled = this.#kept.get(json) ?? new ResultSchema(schema);
    this.#kept.delete(json);
    this.#kept.set(json, compiled);
    if (this.#kept.size > MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value!);
    return compiled;
  }
}
