import { describe, expect, test } from 'vitest';
import { loadConfig, StreamSettings } from '#config';
import { type Session, type SessionEnd } from '#contracts';
import { nameOf, type SessionTurns } from '#conversations';
import { createLogger } from '#observability';
import { SessionNews } from './session-news.js';

const LONG = 60_000;
const NEVER = new AbortController().signal;
const ASLEEP = Promise.resolve('asleep');

function sessionOf(id: string): Session {
  const now = new Date();
  const times = { createdAt: now, updatedAt: now };
  return {
    id,
    tenantId: 't',
    userId: 'u',
    conversationId: `conv_${id}`,
    context: '',
    active: true,
    ...times,
  };
}

function setup() {
  const ledger = new Map([[nameOf(sessionOf('a')), 0]]);
  const turns = { progress: () => Promise.resolve(new Map(ledger)) } as unknown as SessionTurns;
  const settings = new StreamSettings(loadConfig({ env: {} }).streams);
  const news = new SessionNews(turns, settings, createLogger('silent', 'test'));
  const ends: SessionEnd[] = [];
  const follow = (id = 'a') => news.follow(sessionOf(id), (end) => ends.push(end));
  return { ledger, news, ends, follow };
}

describe('SessionNews', () => {
  test('wakes every reader of a session, and nobody else', async () => {
    const { news, follow } = setup();
    const [one, two, other] = [follow(), follow(), follow('b')];
    const woken = [one.changed(LONG, NEVER), two.changed(LONG, NEVER)];
    news.hear({ tenantId: 't', id: 'a' });
    expect(await Promise.all(woken)).toEqual([true, true]);
    const gaveUp = new AbortController();
    const waits = other.changed(LONG, gaveUp.signal);
    expect(await Promise.race([waits, ASLEEP])).toBe('asleep');
    gaveUp.abort();
    expect(await waits).toBe(false);
  });

  test('keeps news for a reader that is busy', async () => {
    const { news, follow } = setup();
    const reader = follow();
    news.hear({ tenantId: 't', id: 'a' });
    expect(await reader.changed(LONG, NEVER)).toBe(true);
    expect(await reader.changed(1, NEVER)).toBe(false);
  });

  test('finds in the ledger what nobody told', async () => {
    const { ledger, news, ends, follow } = setup();
    const reader = follow();
    const woken = reader.changed(LONG, NEVER);
    ledger.set(nameOf(sessionOf('a')), 1);
    await news.look();
    expect(await woken).toBe(true);
    ledger.clear();
    await news.look();
    expect(ends).toEqual(['closed']);
  });

  test('tells why a session has ended, and forgets who has left', () => {
    const { news, ends, follow } = setup();
    const [one, two] = [follow(), follow()];
    news.leave(sessionOf('a'), one);
    news.hear({ tenantId: 't', id: 'a', ended: 'deleted' });
    news.leave(sessionOf('a'), two);
    news.hear({ tenantId: 't', id: 'a', ended: 'deleted' });
    expect(ends).toEqual(['deleted']);
  });
});
