import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Res,
  UseGuards,
} from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  type Caller,
  type ListUserPriorities,
  listUserPrioritiesSchema,
  type NewPriorityRule,
  priorityRuleSchema,
  type SetUserPriority,
  type TryPriority,
  tryPrioritySchema,
  userPrioritySchema,
} from '#contracts';
import { Preprocess, PriorityRules, UserPriorities } from '#preprocessing';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope } from './caller.js';
import { pageView } from './message.view.js';
import { ruleView, userPriorityView } from './preprocessor.view.js';

const BASE = 'api/v1/admin/preprocessor';

/** Priority rules and priorities of users, and what a message would get by them. */
@Controller(BASE)
@UseGuards(ApiKeyGuard)
export class PreprocessorController {
  constructor(
    private readonly rules: PriorityRules,
    private readonly users: UserPriorities,
    private readonly preprocess: Preprocess,
  ) {}

  @Post('rules')
  @RequireScope('admin')
  async addRule(
    @CallerOf() caller: Caller,
    @Body({ schema: priorityRuleSchema }) body: NewPriorityRule,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const rule = await this.rules.create(caller.tenantId, body);
    reply.header('location', `/${BASE}/rules/${rule.id}`);
    return { status: 'rule added', ...ruleView(rule) };
  }

  @Get('rules')
  @RequireScope('admin')
  async listRules(@CallerOf() caller: Caller) {
    return { rules: (await this.rules.list(caller.tenantId)).map(ruleView) };
  }

  @Get('rules/:id')
  @RequireScope('admin')
  async getRule(@CallerOf() caller: Caller, @Param('id') id: string) {
    return ruleView(await this.rules.get(caller.tenantId, id));
  }

  @Put('rules/:id')
  @RequireScope('admin')
  async replaceRule(
    @CallerOf() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: priorityRuleSchema }) body: NewPriorityRule,
  ) {
    return ruleView(await this.rules.replace(caller.tenantId, id, body));
  }

  @Delete('rules/:id')
  @RequireScope('admin')
  async removeRule(@CallerOf() caller: Caller, @Param('id') id: string) {
    await this.rules.delete(caller.tenantId, id);
    return { status: 'rule removed', id };
  }

  @Post('user-priorities')
  @RequireScope('admin')
  @HttpCode(200)
  async setUserPriority(
    @CallerOf() caller: Caller,
    @Body({ schema: userPrioritySchema }) { user_id, priority }: SetUserPriority,
  ) {
    const set = await this.users.set(caller.tenantId, user_id, priority);
    return { status: 'user priority set', ...userPriorityView(set) };
  }

  @Get('user-priorities')
  @RequireScope('admin')
  async listUserPriorities(
    @CallerOf() caller: Caller,
    @Query({ schema: listUserPrioritiesSchema }) query: ListUserPriorities,
  ) {
    return pageView('user_priorities', await this.users.list(caller.tenantId, query), userPriorityView);
  }

  @Delete('user-priorities/:user_id')
  @RequireScope('admin')
  async removeUserPriority(@CallerOf() caller: Caller, @Param('user_id') userId: string) {
    const removed = await this.users.delete(caller.tenantId, userId);
    return { status: removed ? 'user priority removed' : 'user priority was not set', user_id: userId };
  }

  @Post('test')
  @RequireScope('admin')
  @HttpCode(200)
  judge(@CallerOf() caller: Caller, @Body({ schema: tryPrioritySchema }) body: TryPriority) {
    const { conversation_priority: conversation, ...message } = body;
    return this.preprocess.judge(caller, message, { conversation });
  }
}
