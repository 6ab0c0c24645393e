import { type Condition, type ConditionOperator } from '#catalog';
import { PRIORITIES } from '#contracts';
import { type MessageFacts, type RouteRequest } from './request.js';

type Comparison = Exclude<ConditionOperator, 'eq' | 'in'>;

/** Whether a message is as the condition says; what is not known of it, or is of another kind, never is. */
export function holds(
  { field, operator, value }: Condition,
  facts: MessageFacts,
  request: RouteRequest,
): boolean {
  const actual = factOf(field, facts, request);
  if (actual === undefined) return false;
  if (operator === 'eq') return actual === value;
  if (operator === 'in') return (value as readonly unknown[]).includes(actual);
  const [left, right] = field === 'priority' ? [urgency(actual), urgency(value)] : [actual, value];
  return typeof left === 'number' && typeof right === 'number' && compares(left, operator, right);
}

function factOf(field: string, facts: MessageFacts, request: RouteRequest): unknown {
  switch (field) {
    case 'task_type':
      return request.taskType;
    case 'model':
      return request.model;
    case 'priority':
      return facts.priority;
    case 'tenant_id':
      return facts.tenantId;
    case 'user_id':
      return facts.userId;
    case 'prompt_tokens':
      return facts.promptTokens;
    case 'data_size':
      return facts.dataSize;
    case 'temperature':
      return facts.temperature;
    default:
      return within(facts.metadata, field.split('.').slice(1));
  }
}

function within(metadata: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, key) =>
      typeof node === 'object' && node !== null && Object.hasOwn(node, key)
        ? (node as Record<string, unknown>)[key]
        : undefined,
    metadata,
  );
}

/** The more urgent, the more. */
function urgency(priority: unknown): number | undefined {
  const place = (PRIORITIES as readonly unknown[]).indexOf(priority);
  return place < 0 ? undefined : PRIORITIES.length - place;
}

function compares(left: number, operator: Comparison, right: number): boolean {
  switch (operator) {
    case 'gt':
      return left > right;
    case 'gte':
      return left >= right;
    case 'lt':
      return left < right;
    case 'lte':
      return left <= right;
  }
}
