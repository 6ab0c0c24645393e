import { afterEach, describe, expect, test, vi } from 'vitest';
import { AppError, type Message } from '#contracts';
import { type ControlBus } from '#control';
import { createLogger } from '#observability';
import { type CancelMessage } from '#walk';
import { Attendance } from './attendance.js';

const MESSAGE = { id: 'msg_1', tenantId: 'mine' } as Message;

/** Two gateways and the bus between them. */
function setup() {
  vi.useFakeTimers();
  const cancelled: string[] = [];
  const failures: unknown[] = [];
  const cancel = {
    run: (tenantId: string, id: string) => {
      cancelled.push(`${tenantId}/${id}`);
      return failures.length > 0 ? Promise.reject(failures[0] as Error) : Promise.resolve();
    },
  } as unknown as CancelMessage;
  const gateways: Attendance[] = [];
  const bus = {
    publish: (event: string, { messageId }: { messageId: string }) => {
      for (const each of gateways)
        if (event === 'message.deserted') each.deserted(messageId);
        else each.awaited(messageId);
    },
  } as unknown as ControlBus;
  const log = createLogger('silent', 'test');
  gateways.push(new Attendance(cancel, bus, log), new Attendance(cancel, bus, log));
  const [here, there] = gateways as [Attendance, Attendance];
  return { here, there, cancelled, failures };
}

afterEach(() => vi.useRealTimers());

describe('Attendance', () => {
  test('cancels at once what is left for good', () => {
    const { here, cancelled } = setup();
    here.begin(MESSAGE, false);
    here.desert(MESSAGE, 0);
    expect(cancelled).toEqual(['mine/msg_1']);
  });

  test('waits for who may come back, and then cancels', () => {
    const { here, cancelled } = setup();
    here.begin(MESSAGE, false);
    here.desert(MESSAGE, 1_000);
    vi.advanceTimersByTime(999);
    expect(cancelled).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(cancelled).toEqual(['mine/msg_1']);
  });

  test.each(['here', 'there'] as const)('cancels nothing when its caller is %s again', (place) => {
    const { cancelled, ...gateways } = setup();
    gateways.here.begin(MESSAGE, false);
    gateways.here.desert(MESSAGE, 1_000);
    gateways[place].begin(MESSAGE, true);
    vi.advanceTimersByTime(10_000);
    expect(cancelled).toEqual([]);
  });

  test.each(['here', 'there'] as const)(
    'cancels nothing when its caller was %s again before it had gone',
    (place) => {
      const { cancelled, ...gateways } = setup();
      gateways.here.begin(MESSAGE, false);
      gateways[place].begin(MESSAGE, true);
      gateways.here.desert(MESSAGE, 1_000);
      vi.advanceTimersByTime(10_000);
      expect(cancelled).toEqual([]);
    },
  );

  test('cancels when the last one has gone, and nothing that has ended or goes on', () => {
    const { here, cancelled } = setup();
    here.begin(MESSAGE, false);
    here.begin(MESSAGE, true);
    here.desert(MESSAGE, 0);
    expect(cancelled).toEqual([]);
    here.end(MESSAGE);
    vi.advanceTimersByTime(10_000);
    expect(cancelled).toEqual([]);
    here.begin(MESSAGE, true);
    here.desert(MESSAGE, 0);
    expect(cancelled).toEqual(['mine/msg_1']);
  });

  test('has nothing to say when the message has ended meanwhile, or cannot be cancelled', async () => {
    const { here, failures } = setup();
    for (const failure of [new AppError('message_finished', 'over'), new Error('away')]) {
      failures[0] = failure;
      here.begin(MESSAGE, false);
      here.desert(MESSAGE, 0);
      await vi.runAllTimersAsync();
    }
  });

  test('lets everything go on when its process ends', () => {
    const { here, cancelled } = setup();
    here.begin(MESSAGE, false);
    here.desert(MESSAGE, 1_000);
    here.close();
    vi.advanceTimersByTime(10_000);
    expect(cancelled).toEqual([]);
  });
});
