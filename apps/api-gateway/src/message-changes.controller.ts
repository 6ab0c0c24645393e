import { Body, Controller, Delete, HttpCode, Param, Patch, Put, UseGuards } from '@nestjs/common';
import {
  type Caller,
  type ReportStatus,
  reportStatusSchema,
  type UpdateMessage,
  updateMessageSchema,
} from '#contracts';
import { CancelMessage, ChangePriority, ReportMessageStatus } from '#walk';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope } from './caller.js';
import { messageView, reportedView } from './message.view.js';

/** What can be done with a message once it was accepted. */
@Controller('api/v1/messages')
@UseGuards(ApiKeyGuard)
export class MessageChangesController {
  constructor(
    private readonly changePriority: ChangePriority,
    private readonly report: ReportMessageStatus,
    private readonly cancel: CancelMessage,
  ) {}

  @Patch(':id')
  @RequireScope('write')
  async update(
    @CallerOf() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: updateMessageSchema }) { priority }: UpdateMessage,
  ) {
    return messageView(await this.changePriority.run(caller.tenantId, id, priority));
  }

  @Put(':id/status')
  @RequireScope('write')
  async setStatus(
    @CallerOf() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: reportStatusSchema }) body: ReportStatus,
  ) {
    return reportedView(await this.report.run(caller, id, body));
  }

  @Delete(':id')
  @RequireScope('write')
  @HttpCode(200)
  async remove(@CallerOf() caller: Caller, @Param('id') id: string) {
    return messageView(await this.cancel.run(caller.tenantId, id));
  }
}
