import { type Analysis, type Metadata } from '#contracts';
import { analyze } from './analyze.js';

/** What rules may ask of a message; what costs time is found out when somebody asks, once. */
export class Facts {
  #analysis: Analysis | undefined;

  constructor(
    readonly content: string,
    readonly userId: string,
    readonly metadata: Metadata,
  ) {}

  get analysis(): Analysis {
    return (this.#analysis ??= analyze(this.content));
  }

  /** The value of a condition's field; undefined when it is absent. */
  valueOf(field: string): unknown {
    switch (field) {
      case 'content_length':
        return this.content.length;
      case 'user_id':
        return this.userId;
      case 'word_count':
      case 'is_question':
      case 'sentiment':
      case 'language':
        return this.analysis[field];
      default:
        return this.#metadataAt(field.split('.').slice(1));
    }
  }

  #metadataAt(path: readonly string[]): unknown {
    let value: unknown = this.metadata;
    for (const key of path) {
      if (!isEntry(value, key)) return undefined;
      value = value[key];
    }
    return value;
  }
}

/** What JSON has put there; no list has its `length` by JSON. */
function isEntry(value: unknown, key: string): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, key) && !(Array.isArray(value) && key === 'length');
}
