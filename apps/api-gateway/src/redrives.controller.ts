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
  Res,
  UseGuards,
} from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  type Caller,
  type CreateRedrive,
  createRedriveSchema,
  type ListRedrives,
  listRedrivesSchema,
} from '#contracts';
import { Redrives } from '#ledger';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope } from './caller.js';
import { redriveView } from './dead-letter.view.js';
import { pageView } from './message.view.js';
import { StartRedrive } from './start-redrive.js';

@Controller('api/v1/dead-letters')
@UseGuards(ApiKeyGuard)
export class RedrivesController {
  constructor(
    private readonly redrives: Redrives,
    private readonly start: StartRedrive,
  ) {}

  @Post('requeue')
  @RequireScope('admin')
  @HttpCode(202)
  async create(
    @CallerOf() caller: Caller,
    @Body({ schema: createRedriveSchema }) body: CreateRedrive,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const redrive = await this.start.run(caller, body);
    reply.header('location', `/api/v1/dead-letters/redrives/${redrive.id}`);
    return redriveView(redrive);
  }

  @Get('redrives')
  async list(@CallerOf() caller: Caller, @Query({ schema: listRedrivesSchema }) query: ListRedrives) {
    return pageView('redrives', await this.redrives.list(caller.tenantId, query), redriveView);
  }

  @Get('redrives/:id')
  @Header('cache-control', 'no-store')
  async get(@CallerOf() caller: Caller, @Param('id') id: string) {
    return redriveView(await this.redrives.get(caller.tenantId, id));
  }

  @Delete('redrives/:id')
  @RequireScope('admin')
  @HttpCode(200)
  async stop(@CallerOf() caller: Caller, @Param('id') id: string) {
    return redriveView(await this.redrives.stop(caller.tenantId, id, caller.keyName));
  }

  /** For clients that send no DELETE. */
  @Post('redrives/:id/stop')
  @RequireScope('admin')
  @HttpCode(200)
  stopByPost(@CallerOf() caller: Caller, @Param('id') id: string) {
    return this.stop(caller, id);
  }
}
