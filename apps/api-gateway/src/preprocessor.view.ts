import { type PriorityRule, type UserPriority } from '#contracts';

/** A rule as clients see it. */
export function ruleView(rule: PriorityRule) {
  return {
    id: rule.id,
    rule: rule.label,
    pattern: rule.pattern,
    conditions: rule.conditions,
    priority: rule.priority,
    position: rule.position,
    enabled: rule.enabled,
    created_at: rule.createdAt.toISOString(),
    updated_at: rule.updatedAt.toISOString(),
  };
}

export function userPriorityView({ userId, priority, updatedAt }: UserPriority) {
  return { user_id: userId, priority, updated_at: updatedAt.toISOString() };
}
