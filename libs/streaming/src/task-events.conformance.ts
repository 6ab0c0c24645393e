import { expect, test } from 'vitest';
import { type TaskEvent } from '#contracts';
import { type TaskEvents } from './task-events.js';

const eventOf = (task: string): TaskEvent => ({
  event_type: 'progress',
  task_id: task,
  status: 'running',
  progress: 1,
  data: { text: 'käse 😀' },
  timestamp: '2026-01-31T12:00:00.000Z',
});

/** The behaviour that every TaskEvents owes its callers. `open` answers with two ends of one line. */
export function conformsToTaskEvents(open: () => Promise<readonly [TaskEvents, TaskEvents]>): void {
  /** Listening begins a moment after it was asked for. */
  async function untilHeard(from: TaskEvents, tenant: string, heard: readonly TaskEvent[]): Promise<void> {
    await expect
      .poll(() => {
        from.publish(tenant, eventOf('warm-up'));
        return heard.length;
      })
      .toBeGreaterThan(0);
  }
  const without = (events: readonly TaskEvent[]) => events.filter(({ task_id }) => task_id !== 'warm-up');

  test('everyone who listens to a tenant hears everything, in order', async () => {
    const [here, there] = await open();
    const heard: TaskEvent[][] = [[], [], []];
    const others: TaskEvent[] = [];
    here.listen('a', (event) => heard[0]!.push(event));
    there.listen('a', (event) => heard[1]!.push(event));
    there.listen('a', (event) => heard[2]!.push(event));
    there.listen('b', (event) => others.push(event));
    for (const events of heard) await untilHeard(here, 'a', events);
    const said = Array.from({ length: 20 }, (_, i) => eventOf(`task-${i}`));
    for (const event of said) here.publish('a', event);
    for (const events of heard) await expect.poll(() => without(events)).toEqual(said);
    expect(others).toEqual([]);
  });

  test('whoever has left hears nothing, and who stays goes on', async () => {
    const [here, there] = await open();
    const gone: TaskEvent[] = [];
    const stays: TaskEvent[] = [];
    const leave = there.listen('a', (event) => gone.push(event));
    there.listen('a', (event) => stays.push(event));
    await untilHeard(here, 'a', stays);
    leave();
    leave();
    here.publish('a', eventOf('after'));
    await expect.poll(() => without(stays)).toEqual([eventOf('after')]);
    expect(without(gone)).toEqual([]);
  });

  test('a listener that throws takes nothing from the others', async () => {
    const [here] = await open();
    const heard: TaskEvent[] = [];
    here.listen('a', () => {
      throw new Error('mine');
    });
    here.listen('a', (event) => heard.push(event));
    await untilHeard(here, 'a', heard);
  });
}
