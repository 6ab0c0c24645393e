import { Controller, Get, Header, HttpCode, Param, Post, Query, UseGuards } from '@nestjs/common';
import { type Caller, type ListDeliveries, listDeliveriesSchema } from '#contracts';
import { WebhookDeliveries } from '#ledger';
import { ApiKeyGuard } from '../api-key.guard.js';
import { CallerOf, RequireScope, TakesToken } from '../caller.js';
import { pageView } from '../message.view.js';
import { deliveryView } from './delivery.view.js';

/** What became of the events that were to be delivered. */
@Controller('api/v1/webhooks/deliveries')
@UseGuards(ApiKeyGuard)
@TakesToken()
export class DeliveriesController {
  constructor(private readonly deliveries: WebhookDeliveries) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(
    @CallerOf() { tenantId }: Caller,
    @Query({ schema: listDeliveriesSchema }) query: ListDeliveries,
  ) {
    return pageView('deliveries', await this.deliveries.list(tenantId, query), deliveryView);
  }

  @Get(':id')
  @Header('cache-control', 'no-store')
  async get(@CallerOf() { tenantId }: Caller, @Param('id') id: string) {
    return deliveryView(await this.deliveries.get(tenantId, id));
  }

  /** Once more, at once, whatever became of it. */
  @Post(':id/redeliver')
  @RequireScope('write')
  @HttpCode(200)
  async redeliver(@CallerOf() { tenantId }: Caller, @Param('id') id: string) {
    return deliveryView(await this.deliveries.redeliver(tenantId, id));
  }
}
