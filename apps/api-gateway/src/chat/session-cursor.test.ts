import { expect, test } from 'vitest';
import { newId } from '#contracts';
import { formatCursor, parseCursor, type SessionCursor } from './session-cursor.js';

test.each<SessionCursor>([
  { turn: 0 },
  { turn: 7 },
  { turn: 3, message: { id: newId('msg') } },
  {
    turn: 3,
    message: { id: newId('msg'), seen: { seq: 2 ** 52 + 1, had: { length: 12, check: 0xffffffff } } },
  },
])('%j is read as it is written', (cursor) => expect(parseCursor(formatCursor(cursor))).toEqual(cursor));

test.each(['', '0', 'turn.', 'turn.-1', 'msg_1.1.1.1.a', `${newId('msg')}.1.1.1`, 'x\ny'])(
  '%j is none',
  (text) => expect(parseCursor(text)).toBeUndefined(),
);
