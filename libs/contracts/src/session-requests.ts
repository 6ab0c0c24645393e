import { z } from 'zod';
import { pagingFields, userIdField } from './requests.js';
import { textField } from './text-field.js';

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f]/;

/** It goes into paths, headers and the ids of events. */
export const sessionIdField = textField(128)
  .refine((id) => id.trim() !== '', 'must not be blank; leave it out, and one is made')
  .refine((id) => !CONTROL.test(id), 'must not contain control characters');

/** May be left out altogether. */
export const createSessionSchema = z.preprocess(
  (body) => body ?? {},
  z.strictObject({
    session_id: sessionIdField.nullish(),
    user_id: userIdField.optional(),
    context: textField(200_000).optional(),
  }),
);
export type CreateSession = z.output<typeof createSessionSchema>;

export const listSessionsSchema = z.strictObject({
  user_id: userIdField.optional(),
  is_active: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional(),
  ...pagingFields,
  after: textField(128).optional(),
});
export type ListSessions = z.output<typeof listSessionsSchema>;

export const SOCKET_MODES = ['chat', 'session', 'tasks'] as const;
export type SocketMode = (typeof SOCKET_MODES)[number];

/** The query of `/ws`; what other clients put there is not looked at. */
export const socketQuerySchema = z.object({
  mode: z.enum(SOCKET_MODES, `must be one of ${SOCKET_MODES.join(', ')}`).optional(),
  session_id: sessionIdField.optional(),
  user_id: userIdField.optional(),
});
export type SocketQuery = z.output<typeof socketQuerySchema>;

/** The query of `/sse/:sessionId`. */
export const sessionStreamQuerySchema = z.object({
  last_event_id: textField(256).optional(),
  /** `now`: without the replies that have ended. */
  from: z.enum(['start', 'now']).default('start'),
});
export type SessionStreamQuery = z.output<typeof sessionStreamQuerySchema>;
