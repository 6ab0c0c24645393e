import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ConversationSettings } from '#config';
import { Database } from '#database';
import { LedgerModule } from '#ledger';
import { provide } from '#runtime';
import { Conversations } from './conversations.js';
import { Prompts } from './prompts.js';
import { SessionTurns } from './session-turns.js';
import { Sessions } from './sessions.js';

@Module({
  imports: [LedgerModule],
  providers: [
    provide(Conversations, [DataSource, Database]),
    provide(Sessions, [DataSource, Database]),
    provide(SessionTurns, [Database]),
    provide(Prompts, [Database, ConversationSettings]),
  ],
  exports: [Conversations, Sessions, SessionTurns, Prompts],
})
export class ConversationsModule {}
