import {
  Body,
  Controller,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type Caller,
  type CreateMessage,
  createMessageSchema,
  type ListMessages,
  listMessagesSchema,
  type StreamQuery,
  streamQuerySchema,
} from '#contracts';
import { MessageReader } from '#ledger';
import { AcceptMessage, CancelMessage } from '#walk';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope } from './caller.js';
import { acceptedView, messageView, pageView } from './message.view.js';
import { StreamReply } from './stream-reply.js';

@Controller('api/v1/messages')
@UseGuards(ApiKeyGuard)
export class MessagesController {
  constructor(
    private readonly accept: AcceptMessage,
    private readonly cancel: CancelMessage,
    private readonly reader: MessageReader,
    private readonly streams: StreamReply,
  ) {}

  @Post()
  @RequireScope('write')
  async create(
    @CallerOf() caller: Caller,
    @Body({ schema: createMessageSchema }) body: CreateMessage,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const accepted = await this.accept.run(caller, body, request.id);
    reply.header('location', `/api/v1/messages/${accepted.message.id}`);
    return acceptedView(accepted);
  }

  @Get()
  async list(@CallerOf() caller: Caller, @Query({ schema: listMessagesSchema }) query: ListMessages) {
    return pageView('messages', await this.reader.list(caller.tenantId, query), messageView);
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async get(@CallerOf() caller: Caller, @Param('id') id: string) {
    return messageView(await this.reader.get(caller.tenantId, id));
  }

  @Get(':id/stream')
  async stream(
    @CallerOf() caller: Caller,
    @Param('id') id: string,
    @Query({ schema: streamQuerySchema }) query: StreamQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.streams.run(caller, id, cursorOf(query, request), request, reply);
  }

  @Delete(':id')
  @RequireScope('write')
  @HttpCode(200)
  async remove(@CallerOf() caller: Caller, @Param('id') id: string) {
    return messageView(await this.cancel.run(caller.tenantId, id));
  }
}

/** The header wins, since a reconnecting browser sends it beside the query of the first request. */
function cursorOf(query: StreamQuery, { headers }: FastifyRequest): number {
  const header = headers['last-event-id'];
  const fromHeader = streamQuerySchema.safeParse({ last_event_id: header });
  return (header !== undefined && fromHeader.data?.last_event_id) || (query.last_event_id ?? 0);
}
