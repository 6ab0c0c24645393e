import { Module } from '@nestjs/common';
import { DeadLetters, LedgerModule, ScheduleLedger } from '#ledger';
import { Log, Metrics } from '#observability';
import { provide } from '#runtime';
import { ReplyStreams, StreamingModule } from '#streaming';
import { BringBack } from './bring-back.js';
import { DeadLetterDesk } from './dead-letter-desk.js';
import { Enqueuer } from './enqueuer.js';
import { EnqueueModule } from './walk.module.js';

/** The way back from the dead letters; gateways and the scheduler use it. */
@Module({
  imports: [LedgerModule, StreamingModule, EnqueueModule],
  providers: [
    provide(BringBack, [ReplyStreams, ScheduleLedger, Enqueuer, Log]),
    provide(DeadLetterDesk, [DeadLetters, BringBack, Metrics, Log]),
  ],
  exports: [BringBack, DeadLetterDesk],
})
export class DeadLettersModule {}
