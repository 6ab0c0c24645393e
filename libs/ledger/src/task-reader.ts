import { type ListTasks, MESSAGE_STATUSES, type Message, taskStatusOf } from '#contracts';
import { type DataSource } from 'typeorm';
import { type Database } from '#database';
import { MessageRow } from './entities/message.entity.js';
import { type MessageReader } from './message-reader.js';

/** In the words of the index of tasks. */
const TYPE = `(m.options ->> 'task_type')`;

export interface TaskPage {
  readonly items: readonly Message[];
  readonly total: number;
}

/** The messages that are tasks; every read names its tenant. */
export class TaskReader {
  constructor(
    private readonly source: DataSource,
    private readonly database: Database,
    private readonly messages: MessageReader,
  ) {}

  /** Newest first. */
  list(tenantId: string, { limit, offset, status, type }: ListTasks): Promise<TaskPage> {
    return this.database.answer(async () => {
      const query = this.source.manager
        .createQueryBuilder(MessageRow, 'm')
        .where({ tenantId })
        .andWhere(`${TYPE} IS NOT NULL`);
      const statuses = MESSAGE_STATUSES.filter((each) => taskStatusOf(each) === status);
      if (status !== undefined) query.andWhere('m.status IN (:...statuses)', { statuses });
      if (type !== undefined) query.andWhere(`${TYPE} = :type`, { type });
      const total = await query.getCount();
      query.orderBy('m.createdAt', 'DESC').addOrderBy('m.id', 'DESC').skip(offset).take(limit);
      const rows = await query.select(['m.id', 'm.createdAt']).getMany();
      return { total, items: await this.messages.listed(rows.map(({ id }) => id)) };
    });
  }
}
