import { type PriorityRule } from '#contracts';
import { holds } from './conditions.js';
import { type Wish } from './decide-priority.js';
import { type Facts } from './facts.js';
import { type PatternGroups, type PatternMatch, type PatternPlace } from './pattern-groups.js';

export interface ReadyRule {
  readonly rule: PriorityRule;
  readonly place: PatternPlace | undefined;
}

/** The rules of one tenant in their order, ready to be asked. */
export class RuleSet {
  #skips = false;

  /** `onTooSlow` hears when patterns begin to be skipped, because they have taken too much time. */
  constructor(
    private readonly rules: readonly ReadyRule[],
    private readonly patterns: PatternGroups,
    private readonly onTooSlow: () => void,
  ) {}

  /** What the first rule that fits says. */
  firstMatch(facts: Facts): Wish | undefined {
    if (this.rules.length === 0) return undefined;
    const match = this.patterns.match(facts.content);
    const found = this.rules.find((rule) => this.#fits(rule, facts, match));
    return found && { priority: found.rule.priority, reason: `rule:${found.rule.id}` };
  }

  /** Conditions first: they cost less. */
  #fits({ rule, place }: ReadyRule, facts: Facts, match: PatternMatch): boolean {
    if (!rule.conditions.every((condition) => holds(condition, facts))) return false;
    if (!place) return true;
    const matches = match.has(place);
    this.#note(matches === undefined);
    return matches ?? false;
  }

  #note(skipped: boolean): void {
    if (skipped && !this.#skips) this.onTooSlow();
    this.#skips = skipped;
  }
}
