import { type Schema } from '#database';
import { ConversationRow } from './entities/conversation.entity.js';
import { DeadLetterRow } from './entities/dead-letter.entity.js';
import { MessageRow } from './entities/message.entity.js';
import { ProviderCallRow } from './entities/provider-call.entity.js';
import { ReplyRow } from './entities/reply.entity.js';
import { Ledger1763640000000 } from './migrations/1763640000000-ledger.js';

/** The tables of the ledger and the steps that lead to them. */
export const LEDGER_SCHEMA: Schema = {
  entities: [ConversationRow, DeadLetterRow, MessageRow, ProviderCallRow, ReplyRow],
  migrations: [Ledger1763640000000],
};
