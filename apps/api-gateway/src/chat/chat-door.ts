import { type IncomingMessage } from 'node:http';
import { type ChatSettings, type SocketSettings } from '#config';
import { type Caller, type SocketQuery, socketQuerySchema } from '#contracts';
import { type Sessions } from '#conversations';
import { validationError } from '#runtime';
import { type Prepared, type Socket, type SocketDoor } from '#sockets';
import { type Callers } from '../callers.js';
import { ChatSocket, type Clerk, type Correspondent } from './chat-socket.js';
import { type TaskEvents } from './task-events.js';

/**
 * `/ws`: plain text in, the replies as plain text back (`mode=chat`), or to the readers of the session (`mode=session`), or
 * what becomes of tasks (`mode=tasks`). Without a mode it is tasks until the client says something, and chat from then on.
 */
export class ChatDoor implements SocketDoor {
  readonly path = '/ws';
  readonly maxFrameBytes = 1_048_576;

  constructor(
    private readonly callers: Callers,
    private readonly sessions: Sessions,
    private readonly clerk: Clerk,
    private readonly tasks: TaskEvents,
    private readonly chat: ChatSettings,
    private readonly sockets: SocketSettings,
  ) {}

  get pingMs(): number {
    return this.sockets.value.ping;
  }

  /** @throws AppError unauthorized, forbidden, invalid_session_id, mode_unavailable, database_unavailable, … */
  async prepare(request: IncomingMessage): Promise<Prepared> {
    const given = Object.fromEntries(URL.parse(request.url ?? '', 'http://localhost')?.searchParams ?? []);
    const query = queryOf(given);
    const caller = this.callers.of(request, query.mode === 'tasks' ? 'read' : 'write', given['token']);
    return query.mode === 'tasks' ? this.#prepareTasks(caller) : this.#prepareChat(caller, query);
  }

  #prepareTasks(caller: Caller): Prepared {
    this.tasks.require();
    return { open: (socket) => void this.tasks.follow(caller, socket) };
  }

  async #prepareChat(caller: Caller, { mode, session_id, user_id }: SocketQuery): Promise<Prepared> {
    const { session } = await this.sessions.start(caller.tenantId, {
      id: session_id,
      userId: user_id,
      context: this.chat.value.context,
    });
    const { tenantId, id } = session;
    const peer = { caller, session: { tenantId, id }, userId: user_id, getsReplies: mode !== 'session' };
    return {
      headers: { 'X-Session-Id': headerOf(id) },
      open: (socket) => this.#open(socket, peer, mode === undefined),
    };
  }

  #open(socket: Socket, peer: Correspondent, tellsOfTasks: boolean): void {
    if (tellsOfTasks) socket.onText(this.tasks.follow(peer.caller, socket));
    new ChatSocket(socket, peer, this.clerk, this.chat.value.max_unanswered);
  }
}

function queryOf(given: Readonly<Record<string, string>>): SocketQuery {
  const checked = socketQuerySchema.safeParse(given);
  if (!checked.success) throw validationError(checked.error.issues);
  return checked.data;
}

/** What cannot stand in a header is written as in a URL. */
function headerOf(id: string): string {
  return /^[\x21-\x7e]+$/.test(id) ? id : encodeURIComponent(id);
}
