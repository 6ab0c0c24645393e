import { type ConversationSettings } from '#config';
import { AppError } from '#contracts';
import { type Conversations } from '#conversations';
import { type Inserted, type MessageLedger, type NewMessageRow } from '#ledger';
import { type Admission } from './admission.js';
import { type Announce } from './announce.js';

/** What a client may call a conversation that it begins itself. */
const CHOSEN_ID = /^[\w.-]{1,64}$/;

/** Commits a message; with it begins the conversation that it names, where there is none and clients may choose ids. */
export class CommitMessage {
  constructor(
    private readonly ledger: MessageLedger,
    private readonly admission: Admission,
    private readonly conversations: Conversations,
    private readonly announce: Announce,
    private readonly settings: ConversationSettings,
  ) {}

  /** @throws AppError conversation_not_found, conversation_closed, conversation_full, database_unavailable, … */
  async run(row: NewMessageRow): Promise<Inserted> {
    try {
      return await this.#insert(row);
    } catch (error) {
      if (!isUnknown(error) || !(await this.#begin(row))) throw error;
      return this.#insertBegun(row);
    }
  }

  /** It is there now; when it still cannot be seen it is somebody else's. */
  async #insertBegun(row: NewMessageRow): Promise<Inserted> {
    try {
      return await this.#insert(row);
    } catch (error) {
      throw isUnknown(error) ? takenElsewhere(row.conversation_id!) : error;
    }
  }

  #insert(row: NewMessageRow): Promise<Inserted> {
    return this.admission.inTime(this.ledger.insert(row));
  }

  /** False: it is not to be begun. When somebody else has begun it meanwhile that is as good. */
  async #begin({ tenant_id, user_id, conversation_id }: NewMessageRow): Promise<boolean> {
    if (conversation_id === null || !CHOSEN_ID.test(conversation_id)) return false;
    if (!this.settings.value.begin_unknown) return false;
    const begun = await this.conversations.begin(tenant_id, conversation_id, user_id);
    if (begun) this.announce.conversation(begun, 'conversation.created');
    return true;
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof AppError && error.code === 'conversation_not_found';
}

function takenElsewhere(id: string): AppError {
  const message = 'is in use elsewhere; choose another, or create a conversation and send its id';
  return new AppError('conversation_not_found', `The id ${id} ${message}`, {
    fields: [{ field: 'conversation_id', message }],
  });
}
