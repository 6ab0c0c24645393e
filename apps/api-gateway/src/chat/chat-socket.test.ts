import { describe, expect, test } from 'vitest';
import { SCOPES } from '#contracts';
import { type Socket } from '#sockets';
import { eventually } from '#testing';
import { ChatSocket, type Clerk, type Correspondent } from './chat-socket.js';

const PEER: Correspondent = {
  caller: { tenantId: 't', keyName: 'k', scopes: SCOPES },
  session: { tenantId: 't', id: 's' },
  userId: undefined,
  getsReplies: true,
};

/** A socket whose other end is the test. */
class FakeSocket implements Socket {
  readonly id = 'sock';
  readonly address = '';
  readonly buffered = 0;
  readonly isFull = false;
  readonly sent: string[] = [];
  isPaused = false;
  say: (text: string) => void = () => undefined;
  leave: (code: number) => void = () => undefined;

  send(text: string) {
    this.sent.push(text);
  }
  drained() {
    return Promise.resolve();
  }
  pause() {
    this.isPaused = true;
  }
  resume() {
    this.isPaused = false;
  }
  close() {}
  onText(listener: (text: string) => void) {
    this.say = listener;
  }
  onClose(listener: (code: number) => void) {
    this.leave = listener;
  }
}

/** A clerk that accepts at once, fails on `bad`, and answers when it is told to. */
function setup(maxUnanswered = 10) {
  const accepted: string[] = [];
  const answers: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const clerk: Clerk = {
    accept: (text) => {
      accepted.push(text);
      const failure = { code: 'queue_full', message: text } as const;
      return Promise.resolve(text === 'bad' ? { failure } : { id: text });
    },
    answer: async (outcome, _, socket, signal) => {
      signals.push(signal);
      if ('id' in outcome) await new Promise<void>((resolve) => answers.push(resolve));
      socket.send('id' in outcome ? `re: ${outcome.id}` : 'refused');
    },
  };
  const socket = new FakeSocket();
  new ChatSocket(socket, PEER, clerk, maxUnanswered);
  const answerNext = () => eventually(() => answers.shift()!());
  return { socket, accepted, signals, answerNext };
}

describe('ChatSocket', () => {
  test('answers in the order of the texts, refusals too', async () => {
    const { socket, accepted, answerNext } = setup();
    for (const text of ['one', 'bad', 'two']) socket.say(text);
    await eventually(() => expect(accepted).toEqual(['one', 'bad', 'two']));
    expect(socket.sent).toEqual([]);
    await answerNext();
    await answerNext();
    await eventually(() => expect(socket.sent).toEqual(['re: one', 'refused', 're: two']));
  });

  test('reads no more while too much is without an answer', async () => {
    const { socket, answerNext } = setup(2);
    socket.say('one');
    expect(socket.isPaused).toBe(false);
    socket.say('two');
    expect(socket.isPaused).toBe(true);
    await answerNext();
    await eventually(() => expect(socket.isPaused).toBe(false));
    socket.say('three');
    expect(socket.isPaused).toBe(true);
  });

  test('accepts no more than may be without an answer, however much was read at once', async () => {
    const { socket, accepted, answerNext } = setup(2);
    for (const text of ['one', 'two', 'three', 'four']) socket.say(text);
    await eventually(() => expect(accepted).toHaveLength(2));
    await answerNext();
    await eventually(() => expect(accepted).toEqual(['one', 'two', 'three']));
    socket.leave(1001);
    for (let i = 0; i < 2; i += 1) await answerNext();
    await eventually(() => expect(accepted).toEqual(['one', 'two', 'three', 'four']));
  });

  test('accepts what it has read also when the client has left, and answers nobody', async () => {
    const { socket, accepted, signals, answerNext } = setup();
    for (const text of ['one', 'two']) socket.say(text);
    await eventually(() => expect(signals).toHaveLength(1));
    socket.say('three');
    socket.leave(1006);
    expect(signals[0]!.aborted).toBe(true);
    await answerNext();
    await eventually(() => expect(accepted).toEqual(['one', 'two', 'three']));
    expect(socket.sent).toEqual(['re: one']);
  });
});
