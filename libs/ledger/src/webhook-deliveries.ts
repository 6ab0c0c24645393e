import { type DataSource } from 'typeorm';
import { AppError, type ListDeliveries, messageIdOf } from '#contracts';
import { type Database } from '#database';
import { CallbackDeliveryRow } from './entities/callback-delivery.entity.js';
import { type Page, paginate } from './page.js';
import { REDELIVER } from './sql/callback-statements.js';

/** What clients see of the deliveries of their events; every call names its tenant. */
export class WebhookDeliveries {
  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
  ) {}

  list(tenantId: string, request: ListDeliveries): Promise<Page<CallbackDeliveryRow>> {
    return this.database.answer(() => paginate(this.#filtered(tenantId, request), 'd', 'createdAt', request));
  }

  /** @throws AppError delivery_not_found, database_unavailable */
  get(tenantId: string, id: string): Promise<CallbackDeliveryRow> {
    return this.database.answer(async () => {
      const row = await this.source.manager.findOneBy(CallbackDeliveryRow, { tenantId, id });
      if (!row) throw notFound(id);
      return row;
    });
  }

  /**
   * Sends it once more, whatever became of it.
   * @throws AppError delivery_not_found, database_unavailable
   */
  async redeliver(tenantId: string, id: string): Promise<CallbackDeliveryRow> {
    const done = await this.database.answer(() => this.database.query(REDELIVER, [tenantId, id]));
    if (done.length === 0) throw notFound(id);
    return this.get(tenantId, id);
  }

  #filtered(tenantId: string, { state, event, task_id }: ListDeliveries) {
    const query = this.source.manager.createQueryBuilder(CallbackDeliveryRow, 'd').where({ tenantId });
    if (state !== undefined) query.andWhere({ state });
    if (event !== undefined) query.andWhere({ event });
    if (task_id !== undefined) query.andWhere({ messageId: messageIdOf(task_id) ?? '' });
    return query;
  }
}

function notFound(id: string): AppError {
  return new AppError('delivery_not_found', `There is no delivery ${id}`);
}
