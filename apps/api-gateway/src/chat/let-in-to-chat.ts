import { type IncomingMessage } from 'node:http';
import { type ChatSettings } from '#config';
import { type Caller, type SocketQuery, socketQuerySchema } from '#contracts';
import { type Sessions } from '#conversations';
import { validationError } from '#runtime';
import { type Callers } from '../callers.js';
import { type Door } from '../door/door.js';
import { type Correspondent } from './chat-socket.js';

/** Somebody who may chat. */
export interface LetIn extends Correspondent {
  /** Until the first text. */
  readonly tellsOfTasks: boolean;
}

/** Decides who may open `/ws`, and into which session. */
export class LetInToChat {
  constructor(
    private readonly callers: Callers,
    private readonly door: Door,
    private readonly sessions: Sessions,
    private readonly chat: ChatSettings,
  ) {}

  /** @throws AppError unauthorized, forbidden, host_not_allowed, rate_limited, invalid_session_id, invalid_request */
  async identify(
    request: IncomingMessage,
    address: string,
  ): Promise<{ readonly caller: Caller; readonly query: SocketQuery }> {
    const given = givenIn(request.url ?? '');
    const caller = this.callers.of(request, given['mode'] === 'tasks' ? 'read' : 'write', given['token']);
    await this.door.pass(caller, address);
    const checked = socketQuerySchema.safeParse(given);
    if (!checked.success) throw validationError(checked.error.issues);
    return { caller, query: checked.data };
  }

  /** @throws AppError database_unavailable, intake_overloaded */
  async enter(caller: Caller, { mode, session_id, user_id }: SocketQuery): Promise<LetIn> {
    const { session } = await this.sessions.start(caller.tenantId, {
      id: session_id,
      userId: user_id,
      context: this.chat.value.context,
    });
    // Nothing more of it is kept for as long as the connection is.
    const { tenantId, id } = session;
    return {
      caller,
      session: { tenantId, id },
      userId: user_id,
      getsReplies: mode !== 'session',
      tellsOfTasks: mode === undefined,
    };
  }
}

function givenIn(url: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(URL.parse(url, 'http://localhost')?.searchParams ?? []);
}
