import { expect, test } from 'vitest';
import { type News } from '#contracts';
import { type NewsLine, type NewsListener } from './news-line.js';

/** Of one message; a task where `task` says so. */
const newsOf = (
  id: string,
  { user = 'ada', conversation = null as string | null, task = false } = {},
): News => ({
  event: {
    type: 'message.started',
    message_id: id,
    conversation_id: conversation,
    user_id: user,
    status: 'processing',
    timestamp: '2026-01-31T12:00:00.000Z',
  },
  ...(task && {
    task: {
      event_type: 'progress',
      task_id: id,
      status: 'running',
      progress: 1,
      data: { text: 'käse 😀' },
      timestamp: '2026-01-31T12:00:00.000Z',
    },
  }),
});

function listener(): { heard: News[]; listener: NewsListener } {
  const heard: News[] = [];
  return { heard, listener: { told: (news) => heard.push(news) } };
}

/** The behaviour that every NewsLine owes its callers. `open` answers with two ends of one line. */
export function conformsToNewsLine(open: () => Promise<readonly [NewsLine, NewsLine]>): void {
  test('everyone who listens to a topic hears everything of it, in order, from when they are told so', async () => {
    const [here, there] = await open();
    const all = [here, there, there].map((line) => {
      const { heard, listener: who } = listener();
      return { heard, listening: line.listen('a', 'user:ada', who) };
    });
    const others = listener();
    const stranger = there.listen('b', 'user:ada', others.listener);
    for (const { listening } of [...all, { listening: stranger }]) await listening.ready();
    const said = Array.from({ length: 20 }, (_, i) => newsOf(`m${i}`));
    for (const news of said) here.publish('a', news);
    for (const { heard } of all) await expect.poll(() => heard).toEqual(said);
    expect(others.heard).toEqual([]);
  });

  test('news are of a user, of a conversation, and of a task, where they are one', async () => {
    const [here, there] = await open();
    const topics = ['user:ada', 'conversations:c1', 'tasks', 'tasks:t1'] as const;
    const listeners = topics.map(() => listener());
    const listenings = topics.map((topic, i) => there.listen('a', topic, listeners[i]!.listener));
    for (const listening of listenings) await listening.ready();
    const all = [
      newsOf('m1'),
      newsOf('m2', { user: 'bob', conversation: 'c1' }),
      newsOf('t1', { task: true }),
      newsOf('t2', { user: 'bob', task: true }),
    ];
    for (const news of all) here.publish('a', news);
    const [m1, m2, t1, t2] = all;
    await expect.poll(() => listeners.map(({ heard }) => heard)).toEqual([[m1, t1], [m2], [t1, t2], [t1]]);
  });

  test('whoever has left hears nothing, and who stays goes on', async () => {
    const [here, there] = await open();
    const [gone, stays] = [listener(), listener()];
    const leaving = there.listen('a', 'user:ada', gone.listener);
    const staying = there.listen('a', 'tasks', stays.listener);
    await Promise.all([leaving.ready(), staying.ready()]);
    leaving.stop();
    leaving.stop();
    const news = newsOf('t1', { task: true });
    here.publish('a', news);
    await expect.poll(() => stays.heard).toEqual([news]);
    expect(gone.heard).toEqual([]);
    staying.stop();
    const back = listener();
    await there.listen('a', 'user:ada', back.listener).ready();
    here.publish('a', news);
    await expect.poll(() => back.heard).toEqual([news]);
    expect(stays.heard).toHaveLength(1);
  });

  test('a listener that throws takes nothing from the others', async () => {
    const [here] = await open();
    const { heard, listener: calm } = listener();
    const angry = {
      told: () => {
        throw new Error('mine');
      },
    };
    const listenings = [here.listen('a', 'user:ada', angry), here.listen('a', 'user:ada', calm)];
    for (const listening of listenings) await listening.ready();
    here.publish('a', newsOf('m1'));
    await expect.poll(() => heard).toEqual([newsOf('m1')]);
  });
}
