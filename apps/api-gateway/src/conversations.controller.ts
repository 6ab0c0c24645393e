import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type Caller,
  type Conversation,
  type CreateConversation,
  type CreateConversationMessage,
  createConversationMessageSchema,
  createConversationSchema,
  type ListConversations,
  listConversationsSchema,
  type SetConversationState,
  setConversationStateSchema,
  type UpdateConversation,
  updateConversationSchema,
} from '#contracts';
import { Conversations } from '#conversations';
import { AcceptMessage, Announce, BringBack } from '#walk';
import { ApiKeyGuard } from './api-key.guard.js';
import { askedOf } from './asked.js';
import { CallerOf, RequireScope } from './caller.js';
import { conversationView } from './conversation.view.js';
import { pageView } from './message.view.js';
import { replyAccepted } from './reply-accepted.js';

@Controller('api/v1')
@UseGuards(ApiKeyGuard)
export class ConversationsController {
  constructor(
    private readonly conversations: Conversations,
    private readonly accept: AcceptMessage,
    private readonly back: BringBack,
    private readonly announce: Announce,
  ) {}

  @Post('conversations')
  @RequireScope('write')
  async create(
    @CallerOf() caller: Caller,
    @Body({ schema: createConversationSchema }) body: CreateConversation,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const conversation = await this.conversations.create(caller.tenantId, body);
    this.announce.conversation(conversation, 'conversation.created');
    reply.header('location', `/api/v1/conversations/${conversation.id}`);
    return conversationView(conversation);
  }

  @Get('conversations')
  async list(
    @CallerOf() caller: Caller,
    @Query({ schema: listConversationsSchema }) query: ListConversations,
  ) {
    return pageView('conversations', await this.conversations.list(caller.tenantId, query), conversationView);
  }

  @Get('conversations/:id')
  async get(@CallerOf() caller: Caller, @Param('id') id: string) {
    return conversationView(await this.conversations.get(caller.tenantId, id));
  }

  @Put('conversations/:id')
  @RequireScope('write')
  async update(
    @CallerOf() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: updateConversationSchema }) body: UpdateConversation,
  ) {
    const conversation = await this.#change(caller, id, body);
    if (body.on_failure === 'skip') void this.back.releaseNext(id);
    return conversationView(conversation);
  }

  @Put('conversations/:id/state')
  @RequireScope('write')
  @HttpCode(200)
  async setState(
    @CallerOf() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: setConversationStateSchema }) body: SetConversationState,
  ) {
    return conversationView(await this.#change(caller, id, body));
  }

  /** The user and the priority are the conversation's where the message names none. */
  @Post('conversations/:id/messages')
  @RequireScope('write')
  async send(
    @CallerOf() caller: Caller,
    @Param('id') id: string,
    @Body({ schema: createConversationMessageSchema }) body: CreateConversationMessage,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const { userId, priority } = await this.conversations.get(caller.tenantId, id);
    const message = { ...body, user_id: body.user_id ?? userId, conversation_id: id };
    const asked = {
      ...askedOf(request, `/api/v1/conversations/${id}/messages`, body),
      defaults: { conversation: priority },
    };
    return replyAccepted(reply, await this.accept.run(caller, message, asked));
  }

  @Get('users/:user_id/conversations')
  async ofUser(
    @CallerOf() caller: Caller,
    @Param('user_id') userId: string,
    @Query({ schema: listConversationsSchema }) query: ListConversations,
  ) {
    const page = await this.conversations.list(caller.tenantId, { ...query, user_id: userId });
    return pageView('conversations', page, conversationView);
  }

  async #change({ tenantId }: Caller, id: string, change: UpdateConversation): Promise<Conversation> {
    const conversation = await this.conversations.update(tenantId, id, change);
    this.announce.conversation(conversation, 'conversation.changed');
    return conversation;
  }
}
