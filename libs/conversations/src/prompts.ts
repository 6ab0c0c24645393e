import { type Message } from '#contracts';
import { type ConversationSettings } from '#config';
import { type Database } from '#database';
import { type ChatMessage, countMessageTokens } from '#providers';
import { contextWindow, type Turn } from './context-window.js';

const SELECT_CONTEXT = {
  name: 'select-context',
  text: 'SELECT context FROM conversations WHERE tenant_id = $1 AND id = $2',
};

/** No token is longer than this many characters on average, so that more text than fits is never loaded. */
const MAX_TOKEN_LENGTH = 16;

/** The answered turns before one ($3), newest first, up to a length ($5); a cancelled one with what it had said. */
const SELECT_TURNS = {
  name: 'select-turns',
  text: `
SELECT content, reply FROM (
  SELECT m.content, r.content AS reply, m.turn,
         sum(length(m.content) + length(r.content)) OVER (ORDER BY m.turn DESC) AS length_so_far
    FROM messages m JOIN replies r ON r.message_id = m.id
   WHERE m.tenant_id = $1 AND m.conversation_id = $2 AND m.turn < $3
   ORDER BY m.turn DESC LIMIT $4) turns
 WHERE length_so_far <= $5 ORDER BY turn DESC`,
};

/** What a model is told: the conversation so far, cut to the configured number of tokens, and the message. */
export class Prompts {
  constructor(
    private readonly database: Database,
    private readonly settings: ConversationSettings,
  ) {}

  async of(message: Message): Promise<ChatMessage[]> {
    const told = message.options?.system_prompt ?? '';
    if (message.conversationId === null) return contextWindow([told], [], message.content, 0, () => 0);
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
      [told, conversation?.context ?? ''],
      turns,
      message.content,
      context_tokens,
      countMessageTokens,
    );
  }
}
