import { setImmediate as yieldToOthers } from 'node:timers/promises';
import { RE2Set } from 're2js';
import { stepsOf } from './pattern.js';
import { WorkBudget } from './work-budget.js';

/** Patterns are looked for in the beginning of a content only. */
const MAX_SCANNED = 4_000;

/**
 * Patterns of so many steps together are one automaton: matching 200 different rules takes 20 µs for 200 characters
 * and 330 for 4,000, instead of 1 and 7 ms one by one; and as one single automaton it would outgrow its memory, and
 * then take 3 and 60 ms.
 */
const GROUP_STEPS = 1_000;
const GROUP_BYTES = 512 * 1_024;

class PatternGroup {
  readonly set = new RE2Set(RE2Set.UNANCHORED, 0, GROUP_BYTES);
  steps = 0;
}

/** Where a pattern was put. */
export interface PatternPlace {
  readonly group: number;
  readonly index: number;
}

/** Patterns that are matched together, group by group, in time linear in the text. */
export class PatternGroups {
  readonly #groups: PatternGroup[] = [];

  constructor(private readonly budget = new WorkBudget()) {}

  /** @throws AppError invalid_request when it is no pattern */
  add(pattern: string): PatternPlace {
    const steps = stepsOf(pattern);
    let group = this.#groups.at(-1);
    if (!group || group.steps + steps > GROUP_STEPS) this.#groups.push((group = new PatternGroup()));
    group.steps += steps;
    return { group: this.#groups.length - 1, index: group.set.add(pattern) };
  }

  /** After this nothing can be added. */
  async compile(): Promise<void> {
    for (const { set } of this.#groups) {
      set.compile();
      await yieldToOthers();
    }
  }

  /** Opens a text; a group is matched when it is first asked for. */
  match(content: string): PatternMatch {
    const text = content.slice(0, MAX_SCANNED);
    const found = new Map<number, readonly number[] | undefined>();
    const groupMatches = (group: number): readonly number[] | undefined => {
      if (!found.has(group)) found.set(group, this.#matchGroup(group, text));
      return found.get(group);
    };
    return { has: ({ group, index }) => groupMatches(group)?.includes(index) };
  }

  #matchGroup(group: number, text: string): readonly number[] | undefined {
    if (this.budget.exhausted) return undefined;
    return this.budget.run(() => this.#groups[group]!.set.match(text));
  }
}

export interface PatternMatch {
  /** Undefined: it was not looked for, since patterns have taken too much time of late. */
  has(place: PatternPlace): boolean | undefined;
}
