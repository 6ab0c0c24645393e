import { type IncomingMessage } from 'node:http';
import { describe, expect, test } from 'vitest';
import {
  AuthSettings,
  ChatSettings,
  HttpSettings,
  LimitSettings,
  loadConfig,
  SocketSettings,
  TenantSettings,
} from '#config';
import { type Session } from '#contracts';
import { type Sessions, type StartSession } from '#conversations';
import { MemoryBuckets } from '#limits';
import { Metrics } from '#observability';
import { type Socket } from '#sockets';
import { type NewsLine, type NewsListener } from '#streaming';
import { ManualClock } from '#testing';
import { Callers } from '../callers.js';
import { Door } from '../door/door.js';
import { ChatDoor } from './chat-door.js';
import { type Clerk, type Correspondent } from './chat-socket.js';
import { LetInToChat } from './let-in-to-chat.js';
import { SocketTasks } from './socket-tasks.js';

const KEYS =
  'w:key-that-may-write:acme:read+write,r:key-that-may-read:acme:read,o:key-that-may-only-write:acme:write';

function setup(env: Record<string, string> = {}) {
  const config = loadConfig({ env: { API_KEYS: KEYS, ...env } });
  const started: (StartSession & { tenantId: string })[] = [];
  const sessions = {
    start: (tenantId: string, request: StartSession) => {
      started.push({ tenantId, ...request });
      const session = { tenantId, id: request.id ?? 'sess-1' } as Session;
      return Promise.resolve({ session, isNew: true });
    },
  } as unknown as Sessions;
  const accepted: Correspondent[] = [];
  const clerk: Clerk = {
    accept: (text, from) => {
      accepted.push(from);
      return Promise.resolve({ id: text });
    },
    answer: () => Promise.resolve(),
  };
  const [auth, chat] = [new AuthSettings(config.auth), new ChatSettings(config.chat)];
  const callers = new Callers(auth, new HttpSettings(config.http));
  const limits = new LimitSettings(config.limits);
  const buckets = new MemoryBuckets(new ManualClock());
  const gate = new Door(buckets, new TenantSettings(config.tenants), new Metrics(), limits, auth);
  const followed = new Set<NewsListener>();
  const line: NewsLine = {
    publish: (_, news) => followed.forEach((listener) => listener.told(news)),
    listen: (_, _topic, listener) => {
      followed.add(listener);
      return { ready: () => Promise.resolve(), stop: () => void followed.delete(listener) };
    },
  };
  const tasks = new SocketTasks(line);
  const entry = new LetInToChat(callers, gate, sessions, chat);
  const door = new ChatDoor(entry, clerk, tasks, chat, new SocketSettings(config.sockets));
  const prepare = (query: string, token = 'key-that-may-write') =>
    door.prepare({ url: `/ws?token=${token}${query}`, headers: {} } as IncomingMessage, '10.0.0.1');
  return { prepare, line, followed, started, accepted };
}

/** A socket to which the test says what the client does. */
function fakeSocket() {
  const listeners: ((text: string) => void)[] = [];
  const socket = {
    onText: (listener: (text: string) => void) => listeners.push(listener),
    onClose: () => undefined,
    pause: () => undefined,
    resume: () => undefined,
  } as unknown as Socket;
  return { socket, say: (text: string) => listeners.forEach((listener) => listener(text)) };
}

describe('ChatDoor', () => {
  test('starts the session that is asked for, and says which one it is', async () => {
    const { prepare, started } = setup({ CHAT_CONTEXT: 'Be brief.' });
    expect((await prepare('')).headers).toEqual({ 'X-Session-Id': 'sess-1' });
    const { headers } = await prepare('&session_id=%C3%BC&user_id=ada&utm=x');
    expect(headers).toEqual({ 'X-Session-Id': '%C3%BC' });
    expect(started[1]).toEqual({ tenantId: 'acme', id: 'ü', userId: 'ada', context: 'Be brief.' });
  });

  test.each([
    ['', 'wrong', 'unauthorized'],
    ['', 'key-that-may-read', 'forbidden'],
    ['&mode=tasks', 'key-that-may-only-write', 'forbidden'],
    ['&mode=other', 'key-that-may-write', 'invalid_request'],
    ['&session_id=', 'key-that-may-write', 'invalid_session_id'],
    ['&user_id=%20', 'key-that-may-write', 'invalid_user_id'],
  ])('refuses %s of %s as %s', async (query, token, code) => {
    await expect(setup().prepare(query, token)).rejects.toMatchObject({ code });
  });

  test('counts as a request', async () => {
    const { prepare } = setup({ LIMIT_KEY_RATE: '1/m' });
    await prepare('');
    await expect(prepare('')).rejects.toMatchObject({ code: 'rate_limited' });
  });

  test('without a mode tells of tasks until the first text', async () => {
    const { prepare, followed, accepted } = setup();
    const { socket, say } = fakeSocket();
    (await prepare('')).open(socket);
    expect(followed.size).toBe(1);
    say('hello');
    expect(followed.size).toBe(0);
    expect(accepted).toMatchObject([{ getsReplies: true }]);
  });

  test('with a mode does only that', async () => {
    const { prepare, followed, accepted, started } = setup();
    const [chat, session, watch] = [fakeSocket(), fakeSocket(), fakeSocket()];
    (await prepare('&mode=chat')).open(chat.socket);
    (await prepare('&mode=session')).open(session.socket);
    expect(followed.size).toBe(0);
    (await prepare('&mode=tasks', 'key-that-may-read')).open(watch.socket);
    expect([followed.size, started.length]).toEqual([1, 2]);
    for (const { say } of [chat, session, watch]) say('hello');
    expect(accepted.map(({ getsReplies }) => getsReplies)).toEqual([true, false]);
  });
});
