import { Body, Controller, Delete, HttpCode, Param, Post, UseGuards } from '@nestjs/common';
import { type Caller, type CreateRedrive, createRedriveSchema } from '#contracts';
import { MessageReader } from '#ledger';
import { DeadLetterDesk } from '#walk';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope } from './caller.js';
import { redriveView } from './dead-letter.view.js';
import { messageView } from './message.view.js';
import { RemoveFromQueue } from './remove-from-queue.js';
import { StartRedrive } from './start-redrive.js';

/** The same under the names of an older API. */
@Controller('api/v1/admin')
@UseGuards(ApiKeyGuard)
export class DeadLetterAdminController {
  constructor(
    private readonly desk: DeadLetterDesk,
    private readonly start: StartRedrive,
    private readonly removal: RemoveFromQueue,
    private readonly messages: MessageReader,
  ) {}

  @Post('dead-letter/requeue/:id')
  @RequireScope('admin')
  @HttpCode(200)
  async requeue(@CallerOf() caller: Caller, @Param('id') id: string) {
    await this.desk.requeue(caller, id);
    return messageView(await this.messages.get(caller.tenantId, id));
  }

  @Post('dead-letter/requeue-all')
  @RequireScope('admin')
  @HttpCode(202)
  async requeueAll(@CallerOf() caller: Caller, @Body({ schema: createRedriveSchema }) body: CreateRedrive) {
    return redriveView(await this.start.run(caller, body));
  }

  @Delete('queues/:queue_type/:id')
  @RequireScope('admin')
  @HttpCode(200)
  async remove(@CallerOf() caller: Caller, @Param('queue_type') queueType: string, @Param('id') id: string) {
    return messageView(await this.removal.run(caller, queueType, id));
  }
}
