import { type IncomingMessage } from 'node:http';
import { type ChatSettings, type SocketSettings } from '#config';
import { type Prepared, type Socket, type SocketDoor } from '#sockets';
import { ChatSocket, type Clerk } from './chat-socket.js';
import { type LetIn, type LetInToChat } from './let-in-to-chat.js';
import { type SocketTasks } from './socket-tasks.js';

/**
 * `/ws`: plain text in, the replies as plain text back (`mode=chat`), or to the readers of the session (`mode=session`), or
 * what becomes of tasks (`mode=tasks`). Without a mode it is tasks until the client says something, and chat from then on.
 */
export class ChatDoor implements SocketDoor {
  readonly path = '/ws';
  readonly maxFrameBytes = 1_048_576;

  constructor(
    private readonly entry: LetInToChat,
    private readonly clerk: Clerk,
    private readonly tasks: SocketTasks,
    private readonly chat: ChatSettings,
    private readonly sockets: SocketSettings,
  ) {}

  get pingMs(): number {
    return this.sockets.value.ping;
  }

  /** @throws AppError unauthorized, forbidden, rate_limited, invalid_session_id, mode_unavailable, database_unavailable, … */
  async prepare(request: IncomingMessage, address: string): Promise<Prepared> {
    const { caller, query } = await this.entry.identify(request, address);
    if (query.mode === 'tasks') {
      this.tasks.require();
      return { open: (socket) => void this.tasks.follow(caller, socket) };
    }
    const letIn = await this.entry.enter(caller, query);
    return {
      headers: { 'X-Session-Id': headerOf(letIn.session.id) },
      open: (socket) => this.#open(socket, letIn),
    };
  }

  #open(socket: Socket, { tellsOfTasks, ...peer }: LetIn): void {
    if (tellsOfTasks) socket.onText(this.tasks.follow(peer.caller, socket));
    new ChatSocket(socket, peer, this.clerk, this.chat.value.max_unanswered);
  }
}

/** What cannot stand in a header is written as in a URL. */
function headerOf(id: string): string {
  return /^[\x21-\x7e]+$/.test(id) ? id : encodeURIComponent(id);
}
