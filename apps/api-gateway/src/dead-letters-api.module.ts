import { Module } from '@nestjs/common';
import { DeadLetterSettings } from '#config';
import { LedgerModule, MessageReader, Redrives } from '#ledger';
import { Log } from '#observability';
import { provide } from '#runtime';
import { AcceptModule, CancelMessage, DeadLetterDesk, DeadLettersModule } from '#walk';
import { DeadLetterAdminController } from './dead-letter-admin.controller.js';
import { DeadLettersController } from './dead-letters.controller.js';
import { RedrivesController } from './redrives.controller.js';
import { RemoveFromQueue } from './remove-from-queue.js';
import { StartRedrive } from './start-redrive.js';

/** The doors to the dead letters. */
@Module({
  imports: [LedgerModule, AcceptModule, DeadLettersModule],
  controllers: [DeadLettersController, RedrivesController, DeadLetterAdminController],
  providers: [
    provide(StartRedrive, [Redrives, DeadLetterSettings, Log]),
    provide(RemoveFromQueue, [MessageReader, CancelMessage, DeadLetterDesk]),
  ],
})
export class DeadLettersApiModule {}
