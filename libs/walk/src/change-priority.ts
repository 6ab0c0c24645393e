import { type TenantSettings } from '#config';
import { AppError, isFinal, type Message, type Priority, priorityNumber } from '#contracts';
import { type Database } from '#database';
import { type MessageReader, type MessageTransitions } from '#ledger';
import { type QueueView } from './queue-view.js';
import { type Reschedule } from './reschedule.js';

/** Moves a message that waits into another band; it keeps its age and its time limit. */
export class ChangePriority {
  constructor(
    private readonly database: Database,
    private readonly transitions: MessageTransitions,
    private readonly reader: MessageReader,
    private readonly view: QueueView,
    private readonly tenants: TenantSettings,
    private readonly reschedule: Reschedule,
  ) {}

  /**
   * A priority that is better than the tenant's best becomes that one, as on acceptance.
   * @throws AppError message_not_found, message_finished, invalid_transition, queue_full, shed, database_unavailable
   */
  async run(tenantId: string, id: string, wish: Priority): Promise<Message> {
    const priority = this.#capped(tenantId, wish);
    const message = await this.reader.get(tenantId, id);
    requireWaiting(message);
    if (message.priority === priority) return message;
    if (message.status !== 'scheduled') this.view.requireRoom({ lane: message.lane, priority });
    const left = await this.database.answer(() => this.transitions.changePriority(tenantId, id, priority));
    const changed = await this.reader.get(tenantId, id);
    if (!left) requireWaiting(changed);
    else if (changed.status !== 'scheduled') void this.reschedule.run(changed, left);
    return changed;
  }

  #capped(tenantId: string, wish: Priority): Priority {
    const { max_priority } = this.tenants.policyOf(tenantId);
    return priorityNumber(wish) < priorityNumber(max_priority) ? max_priority : wish;
  }
}

function requireWaiting({ status }: Message): void {
  if (isFinal(status)) throw new AppError('message_finished', `The message is already ${status}`);
  if (status !== 'processing') return;
  const detail = 'The message runs already; its priority can be changed only while it waits';
  throw new AppError('invalid_transition', detail);
}
