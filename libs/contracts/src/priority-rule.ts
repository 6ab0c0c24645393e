import { type Priority } from './priority.js';

export const CONDITION_OPERATORS = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'contains'] as const;

export type ConditionOperator = (typeof CONDITION_OPERATORS)[number];

export const SENTIMENTS = ['positive', 'negative', 'neutral'] as const;

export type Sentiment = (typeof SENTIMENTS)[number];

export type ConditionScalar = string | number | boolean;

export type ConditionValue = ConditionScalar | readonly ConditionScalar[];

/** What a field of a message must be like; a field that is absent fulfils `ne` only. */
export interface RuleCondition {
  /** One of CONDITION_FIELDS, or `metadata.` and a path. */
  readonly field: string;
  readonly operator: ConditionOperator;
  readonly value: ConditionValue;
}

/** What a condition may ask about, and of which type it is; beside these any path in the metadata. */
export const CONDITION_FIELDS = {
  content_length: 'number',
  word_count: 'number',
  is_question: 'boolean',
  sentiment: 'string',
  language: 'string',
  user_id: 'string',
} as const satisfies Record<string, 'number' | 'boolean' | 'string'>;

export type ConditionField = keyof typeof CONDITION_FIELDS;

/** What a message that fits becomes: the pattern and all conditions must hold. */
export interface PriorityRule {
  readonly id: string;
  readonly tenantId: string;
  /** What people call it. */
  readonly label: string;
  /** RE2; null: any content. */
  readonly pattern: string | null;
  readonly conditions: readonly RuleCondition[];
  readonly priority: Priority;
  /** Rules are tried from the lowest position on, those of one position in the order of their creation. */
  readonly position: number;
  readonly enabled: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** The priority of all messages of a user that name none. */
export interface UserPriority {
  readonly userId: string;
  readonly priority: Priority;
  readonly updatedAt: Date;
}

/** What is seen in a text. */
export interface Analysis {
  readonly word_count: number;
  readonly is_question: boolean;
  readonly sentiment: Sentiment;
  /** ISO 639-1, or `und` when nothing speaks for one language. */
  readonly language: string;
  /** Only the beginning was looked at. */
  readonly truncated?: true;
}

/** Why a message has its priority; `rule:` is followed by the id of the rule. */
export type PriorityReason =
  | 'explicit'
  | 'user_override'
  | 'user_default'
  | 'vip_user'
  | `rule:${string}`
  | 'content_keywords'
  | 'content_length'
  | 'metadata_hint'
  | 'conversation'
  | 'default'
  | 'capped';
