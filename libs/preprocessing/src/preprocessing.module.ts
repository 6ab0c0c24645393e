import { Module, type OnApplicationBootstrap } from '@nestjs/common';
import { PreprocessingSettings, TenantSettings } from '#config';
import { ControlBus, ControlModule } from '#control';
import { Database } from '#database';
import { LedgerModule } from '#ledger';
import { Log } from '#observability';
import { Closers, provide } from '#runtime';
import { Preprocess } from './preprocess.js';
import { PriorityRules } from './priority-rules.js';
import { RuleBook } from './rule-book.js';
import { RuleStore } from './rule-store.js';
import { UserPriorities } from './user-priorities.js';
import { UserPriorityCache } from './user-priority-cache.js';
import { UserPriorityStore } from './user-priority-store.js';

function openBook(store: RuleStore, log: Log, closers: Closers): RuleBook {
  const book = new RuleBook(store, log);
  closers.add('priority rules', () => book.stop());
  return book;
}

/** Everything that looks at messages before their band is chosen, and its administration. */
@Module({
  imports: [LedgerModule, ControlModule],
  providers: [
    provide(RuleStore, [Database]),
    provide(UserPriorityStore, [Database]),
    { provide: RuleBook, inject: [RuleStore, Log, Closers], useFactory: openBook },
    provide(UserPriorityCache, [UserPriorityStore, RuleBook]),
    provide(Preprocess, [RuleBook, UserPriorityCache, PreprocessingSettings, TenantSettings]),
    provide(PriorityRules, [RuleStore, Database, RuleBook, ControlBus]),
    provide(UserPriorities, [UserPriorityStore, Database, RuleBook, ControlBus]),
  ],
  exports: [Preprocess, PriorityRules, UserPriorities, RuleBook],
})
export class PreprocessingModule implements OnApplicationBootstrap {
  constructor(private readonly book: RuleBook) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.book.start();
  }
}
