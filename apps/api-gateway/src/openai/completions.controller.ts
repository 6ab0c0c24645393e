import { Body, Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller, type CreateCompletion, createCompletionSchema } from '#contracts';
import { ApiKeyGuard } from '../api-key.guard.js';
import { CallerOf, RequireScope } from '../caller.js';
import { CompleteChat } from './complete-chat.js';
import { StreamChat } from './stream-chat.js';

/** Chat completions as OpenAI's clients ask for them. */
@Controller('v1/chat/completions')
@UseGuards(ApiKeyGuard)
export class CompletionsController {
  constructor(
    private readonly complete: CompleteChat,
    private readonly streams: StreamChat,
  ) {}

  @Post()
  @RequireScope('write')
  @HttpCode(200)
  async create(
    @CallerOf() caller: Caller,
    @Body({ schema: createCompletionSchema }) body: CreateCompletion,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    if (body.stream) await this.streams.run(caller, body, request, reply);
    else await reply.send(await this.complete.run(caller, body, request, reply));
  }
}
