import { Controller, Delete, Get, Header, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import {
  type Caller,
  type ListDeadLetterAudit,
  listDeadLetterAuditSchema,
  type ListDeadLetters,
  listDeadLettersSchema,
} from '#contracts';
import { DeadLetterAudits, DeadLetters, MessageReader } from '#ledger';
import { DeadLetterDesk } from '#walk';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope } from './caller.js';
import { auditView, deadLetterView } from './dead-letter.view.js';
import { messageView, pageView } from './message.view.js';

@Controller('api/v1/dead-letters')
@UseGuards(ApiKeyGuard)
export class DeadLettersController {
  constructor(
    private readonly letters: DeadLetters,
    private readonly audits: DeadLetterAudits,
    private readonly desk: DeadLetterDesk,
    private readonly messages: MessageReader,
  ) {}

  @Get()
  async list(@CallerOf() caller: Caller, @Query({ schema: listDeadLettersSchema }) query: ListDeadLetters) {
    return pageView('dead_letters', await this.letters.list(caller.tenantId, query), deadLetterView);
  }

  @Get('audit')
  async audit(
    @CallerOf() caller: Caller,
    @Query({ schema: listDeadLetterAuditSchema }) query: ListDeadLetterAudit,
  ) {
    return pageView('audit', await this.audits.list(caller.tenantId, query), auditView);
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async get(@CallerOf() { tenantId }: Caller, @Param('id') id: string) {
    const letter = await this.letters.get(tenantId, id);
    return { ...deadLetterView(letter), message: messageView(await this.messages.get(tenantId, id)) };
  }

  @Post(':id/requeue')
  @RequireScope('admin')
  @HttpCode(200)
  async requeue(@CallerOf() caller: Caller, @Param('id') id: string) {
    await this.desk.requeue(caller, id);
    return messageView(await this.messages.get(caller.tenantId, id));
  }

  @Delete(':id')
  @RequireScope('admin')
  @HttpCode(200)
  async remove(@CallerOf() caller: Caller, @Param('id') id: string) {
    await this.desk.delete(caller, id);
    return messageView(await this.messages.get(caller.tenantId, id));
  }
}
