import { type Priority, type PriorityReason, priorityNumber, toPriority } from '#contracts';
import { type Facts } from './facts.js';
import { keywordPriority } from './keywords.js';

/** A priority and why. */
export interface Wish {
  readonly priority: Priority;
  readonly reason: PriorityReason;
}

export interface Decision extends Wish {
  /** What it would have been without the tenant's limit. */
  readonly wish?: Wish;
}

/** Everything that speaks for a priority. */
export interface Voices {
  /** What the request asks for. */
  readonly explicit: Priority | undefined;
  readonly facts: Facts;
  /** What is stored for the user. */
  readonly userPriority: Priority | undefined;
  /** What the stored rules say; asked only when nothing before them decides. */
  readonly rules: (facts: Facts) => Wish | undefined;
  readonly keywords: boolean;
  /** Longer content is of low priority; 0: never. */
  readonly longContent: number;
  /** What holds when nothing else decides. */
  readonly fallback: Wish;
}

/** Who is asked, in this order; the first who has an opinion decides. */
const STEPS: readonly ((voices: Voices) => Wish | undefined)[] = [
  ({ explicit }) => wish(explicit, 'explicit'),
  ({ facts }) => wish(named(facts.metadata['user_priority']), 'user_override'),
  ({ userPriority }) => wish(userPriority, 'user_default'),
  ({ facts }) => wish(isYes(facts.metadata['vip_user']) ? 'high' : undefined, 'vip_user'),
  ({ facts, rules }) => rules(facts),
  ({ facts, keywords }) => wish(keywords ? keywordPriority(facts.content) : undefined, 'content_keywords'),
  ({ facts, longContent }) => wish(isLong(facts, longContent) ? 'low' : undefined, 'content_length'),
  ({ facts }) => wish(named(facts.metadata['priority']), 'metadata_hint'),
];

/** The priority of a message and why; never better than `highest`, the tenant's limit. */
export function decidePriority(voices: Voices, highest: Priority): Decision {
  let decided = voices.fallback;
  for (const step of STEPS) {
    const found = step(voices);
    if (!found) continue;
    decided = found;
    break;
  }
  if (priorityNumber(decided.priority) >= priorityNumber(highest)) return decided;
  return { priority: highest, reason: 'capped', wish: decided };
}

function wish(priority: Priority | undefined, reason: PriorityReason): Wish | undefined {
  return priority && { priority, reason };
}

/** A priority as clients write it into metadata; what is none is no opinion. */
function named(value: unknown): Priority | undefined {
  return toPriority(typeof value === 'string' ? value.trim().toLowerCase() : value);
}

/** Some clients write flags as text, or a grade instead of `true`. */
function isYes(value: unknown): boolean {
  if (typeof value === 'string') return !/^\s*(?:false|no|0)?\s*$/i.test(value);
  return value === true || (typeof value === 'number' && value !== 0);
}

function isLong({ content }: Facts, longContent: number): boolean {
  return longContent > 0 && content.length > longContent;
}
