import { Body, Controller, Get, Header, Param, Post, Query, Req, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import {
  type Caller,
  type CreateBatch,
  createBatchSchema,
  type CreateMessage,
  createMessageSchema,
  type ListMessages,
  listMessagesSchema,
  type StreamQuery,
  streamQuerySchema,
} from '#contracts';
import { MessageReader } from '#ledger';
import { validationError } from '#runtime';
import { AcceptBatch, AcceptMessage, type BatchItem, QueuePlaces } from '#walk';
import { ApiKeyGuard } from './api-key.guard.js';
import { askedOf, askedOfItem } from './asked.js';
import { CallerOf, RequireScope } from './caller.js';
import { batchView, messageView, pageView, placeView } from './message.view.js';
import { replyAccepted } from './reply-accepted.js';
import { StreamReply } from './stream-reply.js';

const PATH = '/api/v1/messages';
const BATCH_PATH = `${PATH}/batch`;

@Controller('api/v1/messages')
@UseGuards(ApiKeyGuard)
export class MessagesController {
  constructor(
    private readonly accept: AcceptMessage,
    private readonly acceptBatch: AcceptBatch,
    private readonly reader: MessageReader,
    private readonly places: QueuePlaces,
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
    return replyAccepted(reply, await this.accept.run(caller, body, askedOf(request, PATH, body)));
  }

  /** 201 when all were created, 200 when some were not. */
  @Post('batch')
  @RequireScope('write')
  async createBatch(
    @CallerOf() caller: Caller,
    @Body({ schema: createBatchSchema }) { messages }: CreateBatch,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const items = messages.map((message, index) => itemOf(message, index, request));
    const results = batchView(await this.acceptBatch.run(caller, items), request.id);
    await reply.status(results.failed === 0 ? 201 : 200).send(results);
  }

  @Get()
  async list(@CallerOf() caller: Caller, @Query({ schema: listMessagesSchema }) query: ListMessages) {
    return pageView('messages', await this.reader.list(caller.tenantId, query), messageView);
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async get(@CallerOf() caller: Caller, @Param('id') id: string) {
    const message = await this.reader.get(caller.tenantId, id);
    const place = await this.places.of(message);
    return { ...messageView(message), ...(place && { queue: placeView(place) }) };
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
}

/** An item that is no message fails by itself. */
function itemOf(message: unknown, index: number, request: FastifyRequest): BatchItem {
  const checked = createMessageSchema.safeParse(message);
  const asked = askedOfItem(request, BATCH_PATH, index, checked.data ?? null);
  return { asked, request: checked.data ?? validationError(checked.error!.issues) };
}

/** The header wins, since a reconnecting browser sends it beside the query of the first request. */
function cursorOf(query: StreamQuery, { headers }: FastifyRequest): number {
  const header = headers['last-event-id'];
  const fromHeader = streamQuerySchema.safeParse({ last_event_id: header });
  return (header !== undefined && fromHeader.data?.last_event_id) || (query.last_event_id ?? 0);
}
