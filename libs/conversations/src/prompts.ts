import { type Message } from '#contracts';
import { type ConversationSettings } from '#config';
import { type Database } from '#database';
import { type ChatMessage, countMessageTokens, loadTokenCounter } from '#providers';
import { contextWindow, type Turn } from './context-window.js';

const SELECT_CONTEXT = {
  name: 'select-context',
  text: 'SELECT context FROM conversations WHERE tenant_id = $1 AND id = $2',
};

/** No token is longer than this many characters on average, so that more text than fits is never loaded. */
const MAX_TOKEN_LENGTH = 16;

/** What a turn was about, which was told with its content. */
const WITH_DATA = `m.content || coalesce(E'\\n\\n' || (m.options #>> '{data}'), '')`;

/**
 * The answered turns before one ($3), newest first, up to a length ($5); a cancelled one with what it had said, and none
 * that failed, whatever it had said.
 */
const SELECT_TURNS = {
  name: 'select-turns',
  text: `
SELECT content, reply FROM (
  SELECT ${WITH_DATA} AS content, r.content AS reply, m.turn,
         sum(length(${WITH_DATA}) + length(r.content)) OVER (ORDER BY m.turn DESC) AS length_so_far
    FROM messages m JOIN replies r ON r.message_id = m.id
   WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND m.turn < $3 AND m.status IN ('completed', 'cancelled')
   ORDER BY m.turn DESC LIMIT $4) turns
 WHERE length_so_far <= $5 ORDER BY turn DESC`,
};

/** The words of one message for the model. */
export interface Words {
  /** Told before everything else; empty: nothing. */
  readonly system: string;
  readonly content: string;
  /** All that is told, in place of the two and of any conversation. */
  readonly messages?: readonly ChatMessage[];
}

/** What a model is told: the conversation so far, cut to the configured number of tokens, and the message. */
export class Prompts {
  constructor(
    private readonly database: Database,
    private readonly settings: ConversationSettings,
  ) {}

  async of(message: Message, { system, content, messages }: Words): Promise<readonly ChatMessage[]> {
    // Whatever is asked and answered from here on is counted; only the first message of a process waits for it.
    await loadTokenCounter();
    if (messages) return messages;
    if (message.conversationId === null) return contextWindow([system], [], content, 0, () => 0);
    const { context_turns, context_tokens } = this.settings.value;
    const place = [message.tenantId, message.conversationId];
    const [conversation] = await this.database.query<{ context: string }>(SELECT_CONTEXT, place);
    const turns = await this.database.query<Turn>(SELECT_TURNS, [
      ...place,
      message.turn,
      context_turns,
      context_tokens * MAX_TOKEN_LENGTH,
    ]);
    return contextWindow(
      [system, conversation?.context ?? ''],
      turns,
      content,
      context_tokens,
      countMessageTokens,
    );
  }
}
