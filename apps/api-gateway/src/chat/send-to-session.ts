import { type Caller, type CreateConversationMessage, type Session } from '#contracts';
import { type ControlBus } from '#control';
import { type Sessions } from '#conversations';
import { type Accepted, type AcceptMessage, type Asked } from '#walk';

type SessionName = Pick<Session, 'tenantId' | 'id'>;

/** Sends a message into a session: the next turn of its conversation. */
export class SendToSession {
  constructor(
    private readonly sessions: Sessions,
    private readonly accept: AcceptMessage,
    private readonly bus: ControlBus,
  ) {}

  /**
   * The user is the session's where the message names none.
   * @throws AppError session_not_found, session_closed, and whatever accepting a message does
   */
  async run(
    caller: Caller,
    { tenantId, id }: SessionName,
    request: CreateConversationMessage,
    asked: Asked,
  ): Promise<Accepted> {
    const { userId, conversationId } = await this.sessions.open(tenantId, id);
    const message = { ...request, user_id: request.user_id ?? userId, conversation_id: conversationId };
    const accepted = await this.accept.run(caller, message, asked);
    this.bus.publish('session.changed', { tenantId, id });
    return accepted;
  }
}
