import { type TenantSettings } from '#config';
import { type Message, type Usage } from '#contracts';
import { type Schedulable } from '#ledger';
import { type JobQueue, type JobToAdd } from '#queue';

/** How much of a band a user may take beside others. */
export class Weights {
  constructor(private readonly tenants: TenantSettings) {}

  of(tenantId: string, userId: string): number {
    const { weight, user_weights } = this.tenants.policyOf(tenantId);
    return weight * (user_weights.get(userId) ?? 1);
  }
}

/** A message as a job that shares its band with those of other users, by tokens ÷ weight. */
export class FairShare {
  constructor(
    private readonly queue: JobQueue,
    private readonly weights: Weights,
  ) {}

  jobOf({ id, tenantId, userId, taskType, cost, ...when }: Schedulable): JobToAdd {
    const { lane, priority, sinceMs, delayMs, attempt } = when;
    const share = { flow: flowOf(tenantId, userId), cost: cost / this.weights.of(tenantId, userId) };
    const origin = { tenantId, userId, taskType, tokens: cost };
    return { messageId: id, lane, priority, sinceMs, delayMs, attempt, origin, ...share };
  }

  /** The real tokens are known: the user's next messages pay what the estimate got wrong. */
  settle({ lane, priority, tenantId, userId, cost }: Message, usage: Usage): void {
    const used = usage.promptTokens + usage.completionTokens;
    const rest = (used - cost) / this.weights.of(tenantId, userId);
    this.queue.settle({ lane, priority }, flowOf(tenantId, userId), rest);
  }
}

function flowOf(tenantId: string, userId: string): string {
  return `${tenantId}\n${userId}`;
}
