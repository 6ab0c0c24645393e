import { Body, Controller, Get, Header, HttpCode, Param, Post, Query, Res, UseGuards } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import {
  type Allocate,
  allocateSchema,
  type Caller,
  type ListAllocations,
  listAllocationsSchema,
  type Release,
  releaseSchema,
} from '#contracts';
import { Allocations } from '#resources';
import { ApiKeyGuard } from './api-key.guard.js';
import { CallerOf, RequireScope } from './caller.js';
import { pageView } from './message.view.js';
import { allocationView, newAllocationView } from './resource.view.js';

/** The shares of resources that a tenant holds. */
@Controller('api/v1/resources')
@UseGuards(ApiKeyGuard)
export class AllocationsController {
  constructor(private readonly allocations: Allocations) {}

  /** With `wait` the answer comes when there is room; whoever leaves before holds nothing. */
  @Post('allocate')
  @RequireScope('write')
  @Header('cache-control', 'no-store')
  async allocate(
    @CallerOf() caller: Caller,
    @Body({ schema: allocateSchema }) body: Allocate,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const left = new AbortController();
    reply.raw.on('close', () => left.abort());
    return newAllocationView(await this.allocations.allocate(caller.tenantId, body, left.signal));
  }

  @Get('allocations')
  @Header('cache-control', 'no-store')
  async list(@CallerOf() caller: Caller, @Query({ schema: listAllocationsSchema }) query: ListAllocations) {
    return pageView('allocations', await this.allocations.list(caller.tenantId, query), allocationView);
  }

  @Post('allocations/:request_id/release')
  @RequireScope('write')
  @HttpCode(200)
  async release(
    @CallerOf() caller: Caller,
    @Param('request_id') requestId: string,
    @Body({ schema: releaseSchema }) { token }: Release,
  ) {
    await this.allocations.release(caller.tenantId, requestId, token);
    return { request_id: requestId, status: 'released' };
  }
}
