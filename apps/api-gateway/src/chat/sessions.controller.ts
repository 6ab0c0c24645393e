import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ChatSettings } from '#config';
import {
  type Caller,
  type CreateConversationMessage,
  createConversationMessageSchema,
  type CreateSession,
  createSessionSchema,
  type ListSessions,
  listSessionsSchema,
} from '#contracts';
import { ControlBus } from '#control';
import { Sessions } from '#conversations';
import { ApiKeyGuard } from '../api-key.guard.js';
import { askedOf } from '../asked.js';
import { CallerOf, RequireScope } from '../caller.js';
import { pageView } from '../message.view.js';
import { replyAccepted } from '../reply-accepted.js';
import { SendToSession } from './send-to-session.js';
import { sessionView } from './session.view.js';

@Controller('api/v1/sessions')
@UseGuards(ApiKeyGuard)
export class SessionsController {
  constructor(
    private readonly sessions: Sessions,
    private readonly sendTo: SendToSession,
    private readonly bus: ControlBus,
    private readonly settings: ChatSettings,
  ) {}

  /** 200 where the session was there already: it is as it was, and open. */
  @Post()
  @RequireScope('write')
  async create(
    @CallerOf() { tenantId }: Caller,
    @Body({ schema: createSessionSchema }) { session_id, user_id, context }: CreateSession,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { session, isNew } = await this.sessions.start(tenantId, {
      id: session_id ?? undefined,
      userId: user_id,
      context: context ?? this.settings.value.context,
    });
    void reply
      .status(isNew ? 201 : 200)
      .header('location', `/api/v1/sessions/${encodeURIComponent(session.id)}`);
    return sessionView(session);
  }

  @Get()
  async list(@CallerOf() { tenantId }: Caller, @Query({ schema: listSessionsSchema }) query: ListSessions) {
    return pageView('sessions', await this.sessions.list(tenantId, query), sessionView);
  }

  @Get(':id')
  async get(@CallerOf() { tenantId }: Caller, @Param('id') id: string) {
    return sessionView(await this.sessions.get(tenantId, id));
  }

  @Post(':id/close')
  @RequireScope('write')
  @HttpCode(200)
  async close(@CallerOf() { tenantId }: Caller, @Param('id') id: string) {
    const session = await this.sessions.close(tenantId, id);
    this.bus.publish('session.changed', { tenantId, id, ended: 'closed' });
    return sessionView(session);
  }

  @Delete(':id')
  @RequireScope('write')
  @HttpCode(204)
  async remove(@CallerOf() { tenantId }: Caller, @Param('id') id: string): Promise<void> {
    await this.sessions.remove(tenantId, id);
    this.bus.publish('session.changed', { tenantId, id, ended: 'deleted' });
  }

  @Post(':id/messages')
  @RequireScope('write')
  async send(
    @CallerOf() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: createConversationMessageSchema }) body: CreateConversationMessage,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const asked = askedOf(request, `/api/v1/sessions/${id}/messages`, body);
    return replyAccepted(
      reply,
      await this.sendTo.run(caller, { tenantId: caller.tenantId, id }, body, asked),
    );
  }
}
