import { type PreprocessingSettings, type TenantSettings } from '#config';
import { type Analysis, type Caller, type CreateMessage, type Priority } from '#contracts';
import { annotate, type RequestMetadata } from './annotate.js';
import { type Decision, decidePriority, type Voices } from './decide-priority.js';
import { Facts } from './facts.js';
import { type RuleBook } from './rule-book.js';
import { type RuleSet } from './rule-set.js';
import { type UserPriorityCache } from './user-priority-cache.js';

/** The part of a request that is judged. */
export type Judgeable = Pick<CreateMessage, 'user_id' | 'content' | 'priority' | 'metadata'>;

/** What holds when nothing in the message decides. */
export interface Defaults {
  /** The priority of the conversation that the message is sent to. */
  readonly conversation?: Priority | undefined;
}

export interface Preprocessed {
  readonly priority: Priority;
  /** What the client sent, with the reason of the priority and the analysis. */
  readonly metadata: RequestMetadata;
}

export interface Verdict extends Decision {
  readonly analysis: Analysis;
}

/** Looks at a message before its band is chosen. */
export class Preprocess {
  constructor(
    private readonly book: RuleBook,
    private readonly users: UserPriorityCache,
    private readonly settings: PreprocessingSettings,
    private readonly tenants: TenantSettings,
  ) {}

  /**
   * At once, unless the rules or the user's priority have to be read from the ledger first.
   * @throws AppError database_unavailable, intake_overloaded
   */
  run(
    { tenantId }: Caller,
    request: Judgeable,
    defaults: Defaults = {},
  ): Preprocessed | Promise<Preprocessed> {
    const facts = factsOf(request);
    const decision = this.#decide(tenantId, request, facts, defaults);
    return decision instanceof Promise
      ? decision.then((decided) => this.#annotated(request, facts, decided))
      : this.#annotated(request, facts, decision);
  }

  /** The same without a message: what it would get, and why. */
  async judge({ tenantId }: Caller, request: Judgeable, defaults: Defaults = {}): Promise<Verdict> {
    const facts = factsOf(request);
    const decision = await this.#decide(tenantId, request, facts, defaults);
    return { ...decision, analysis: facts.analysis };
  }

  #annotated(request: Judgeable, facts: Facts, decision: Decision): Preprocessed {
    const analysis = this.settings.value.analysis ? facts.analysis : undefined;
    return { priority: decision.priority, metadata: annotate(request.metadata, decision, analysis) };
  }

  /** Whoever names a priority needs nothing that is stored. */
  #decide(
    tenantId: string,
    request: Judgeable,
    facts: Facts,
    { conversation }: Defaults,
  ): Decision | Promise<Decision> {
    const { keywords, long_content: longContent } = this.settings.value;
    const fallback = conversation
      ? ({ priority: conversation, reason: 'conversation' } as const)
      : ({ priority: 'normal', reason: 'default' } as const);
    const explicit = request.priority;
    const voices = { explicit, facts, keywords, longContent, fallback };
    const highest = this.tenants.policyOf(tenantId).max_priority;
    const stored = explicit ? NOTHING_STORED : this.#stored(tenantId, request.user_id);
    return stored instanceof Promise
      ? stored.then((found) => decidePriority({ ...voices, ...found }, highest))
      : decidePriority({ ...voices, ...stored }, highest);
  }

  #stored(tenantId: string, userId: string): Stored | Promise<Stored> {
    const user = { tenantId, userId };
    const rules = this.book.known(tenantId);
    const priority = this.users.known(user);
    if (rules && priority !== undefined) return storedVoices(rules, priority);
    return Promise.all([
      rules ?? this.book.load(tenantId),
      priority === undefined ? this.users.lookUp(user) : priority,
    ]).then((found) => storedVoices(...found));
  }
}

/** What is stored of the tenant and of the user. */
type Stored = Pick<Voices, 'userPriority' | 'rules'>;

const NOTHING_STORED: Stored = { userPriority: undefined, rules: () => undefined };

function storedVoices(rules: RuleSet, userPriority: Priority | null): Stored {
  return { userPriority: userPriority ?? undefined, rules: (facts) => rules.firstMatch(facts) };
}

function factsOf({ content, user_id, metadata }: Judgeable): Facts {
  return new Facts(content, user_id, metadata ?? {});
}
