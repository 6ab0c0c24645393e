import { newId, PRIORITIES, type Priority } from '#contracts';
import { type Band, type JobQueue, type JobToAdd, type LookAsk } from './job-queue.js';

export const ORIGIN = { tenantId: 'acme', userId: 'alice', taskType: 'translation', tokens: 100 };

export const band = (priority: Priority, lane = 'sim'): Band => ({ lane, priority });
export const jobOf = (messageId: string, extra: Partial<JobToAdd> = {}): JobToAdd => ({
  messageId,
  ...band('normal'),
  origin: ORIGIN,
  flow: 'alice',
  cost: 100,
  sinceMs: Date.now(),
  ...extra,
});
export const askFor = (room: number, limit = 100): LookAsk => ({
  room,
  limit: 0,
  lanes: ['sim', 'other'].map((lane) => ({ lane, limit, reserved: 0, most: 100, open: PRIORITIES })),
});
/** What is ready in each band of a lane. */
export const ready = async (queue: JobQueue, lane = 'sim') => {
  const look = await queue.look(askFor(0));
  const { bands } = look.lanes.find((each) => each.lane === lane)!;
  return Object.fromEntries(PRIORITIES.map((priority) => [priority, bands[priority].ready]));
};
/** The flows of the next jobs, by the letter that each message id ends with. */
export async function takeAll(queue: JobQueue): Promise<string> {
  let order = '';
  for (let job = await queue.take(band('normal')); job; job = await queue.take(band('normal')))
    order += job.messageId.at(-1);
  return order;
}
export const named = (flow: string) => `${newId('msg')}${flow}`;
