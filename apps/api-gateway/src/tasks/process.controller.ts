import { Body, Controller, HttpCode, Post, Req, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type Caller, type CreateTask, createTaskSchema } from '#contracts';
import { ApiKeyGuard } from '../api-key.guard.js';
import { askedOf } from '../asked.js';
import { CallerOf, RequireScope, TakesToken } from '../caller.js';
import { ProcessStream } from './process-stream.js';
import { ProcessSync } from './process-sync.js';
import { processedView } from './task.view.js';

const SYNC_PATH = '/api/v1/process/sync';
const STREAM_PATH = '/api/v1/process/stream';

/** Tasks whose caller stays for the result. */
@Controller('api/v1/process')
@UseGuards(ApiKeyGuard)
@TakesToken()
export class ProcessController {
  constructor(
    private readonly sync: ProcessSync,
    private readonly streams: ProcessStream,
  ) {}

  @Post('sync')
  @RequireScope('write')
  @HttpCode(200)
  async wait(
    @CallerOf() caller: Caller,
    @Body({ schema: createTaskSchema }) body: CreateTask,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const asked = askedOf(request, SYNC_PATH, body);
    return processedView(await this.sync.run(caller, body, asked, gone.signal));
  }

  @Post('stream')
  @RequireScope('write')
  async stream(
    @CallerOf() caller: Caller,
    @Body({ schema: createTaskSchema }) body: CreateTask,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.streams.run(caller, body, askedOf(request, STREAM_PATH, body), request, reply);
  }
}
