import { Module } from '@nestjs/common';
import { DeadLetterSettings, QueueSettings, SchedulerSettings } from '#config';
import { DeadLetterAudits, DeadLetters, LedgerModule, Redrives } from '#ledger';
import { Log, Metrics } from '#observability';
import { JobQueue, QueueModule } from '#queue';
import { Clock, provide } from '#runtime';
import { BringBack, DeadLettersModule } from '#walk';
import { CountDeadLetters } from './count-dead-letters.js';
import { ExpireDeadLetters } from './expire-dead-letters.js';
import { RedriveDeadLetters } from './redrive-dead-letters.js';

/** What the leader does with dead letters. */
@Module({
  imports: [LedgerModule, QueueModule, DeadLettersModule],
  providers: [
    provide(RedriveDeadLetters, [
      Redrives,
      BringBack,
      JobQueue,
      QueueSettings,
      SchedulerSettings,
      Metrics,
      Log,
    ]),
    provide(ExpireDeadLetters, [DeadLetters, DeadLetterAudits, BringBack, DeadLetterSettings, Metrics, Log]),
    provide(CountDeadLetters, [DeadLetters, Metrics, Clock]),
  ],
  exports: [RedriveDeadLetters, ExpireDeadLetters, CountDeadLetters],
})
export class DeadLetterDutiesModule {}
