/** From nothing to do to nothing works. */
export const LEVELS = ['ok', 'hint', 'warning', 'problem'] as const;

export type Level = (typeof LEVELS)[number];

/** What one look came to. */
export interface Finding {
  readonly check: string;
  readonly level: Level;
  readonly text: string;
  /** What to do; always there when there is something to do. */
  readonly fix?: string;
}

/** The findings of one check. */
export class Findings {
  readonly list: Finding[] = [];

  constructor(private readonly check: string) {}

  ok(text: string): this {
    this.list.push({ check: this.check, level: 'ok', text });
    return this;
  }

  hint(text: string, fix: string): this {
    return this.#add('hint', text, fix);
  }

  warning(text: string, fix: string): this {
    return this.#add('warning', text, fix);
  }

  problem(text: string, fix: string): this {
    return this.#add('problem', text, fix);
  }

  /** What is said when nothing worse was found. */
  orElse(text: string): Finding[] {
    return this.list.length === 0 ? this.ok(text).list : this.list;
  }

  #add(level: Level, text: string, fix: string): this {
    this.list.push({ check: this.check, level, text, fix });
    return this;
  }
}
